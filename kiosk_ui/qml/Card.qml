// A card with a heading and whatever stands below it.
import QtQuick
import "."

Rectangle {
    id: card
    property string title
    property string aside
    default property alias content: below.data
    property real padding: Theme.mm(Theme.tight ? 5 : 7)
    readonly property bool titled: card.title !== ""

    implicitHeight: column.implicitHeight + 2 * padding
    radius: Theme.mm(7)
    color: Theme.card
    border.width: Theme.hair
    border.color: Theme.line

    Column {
        id: column
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.margins: Theme.mm(8)
        spacing: Theme.mm(Theme.tight ? 4 : 6)

        Item {
            id: head
            readonly property bool fits: heading.implicitWidth + note.implicitWidth + Theme.mm(4) < width
            visible: card.titled
            width: parent.width
            height: fits || card.aside === "" ? heading.height : heading.height + note.height

            Words {
                id: heading
                text: card.title
                bold: true
                color: Theme.brand
                wrapMode: Text.NoWrap
            }

            Words {
                id: note
                x: head.fits ? head.width - width : 0
                y: head.fits ? (heading.height - height) / 2 : heading.height
                text: card.aside
                mm: 8.5
                color: Theme.soft
                wrapMode: Text.NoWrap
            }
        }

        Item {
            id: below
            width: parent.width
            implicitHeight: childrenRect.height
        }
    }
}
