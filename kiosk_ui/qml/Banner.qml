// An open request at home: its number and stage, and the way back to it.
import QtQuick
import "."

Rectangle {
    id: banner
    property string words
    property string see
    property int epoch: 0
    signal tapped()

    height: Math.max(Theme.mm(24), row.implicitHeight + Theme.mm(8))
    radius: Theme.radius
    color: touch.held ? Theme.navyGround : Theme.card
    border.width: Theme.hair
    border.color: Theme.navy

    Accessible.role: Accessible.Button
    Accessible.name: banner.words
    Accessible.onPressAction: banner.tapped()

    Words {
        id: row
        anchors.left: parent.left
        anchors.leftMargin: Theme.mm(8)
        anchors.right: see.left
        anchors.rightMargin: Theme.mm(4)
        anchors.verticalCenter: parent.verticalCenter
        horizontalAlignment: Text.AlignLeft
        text: banner.words
        bold: true
        mm: 9.5
        color: Theme.navy
    }

    Row {
        id: see
        anchors.right: parent.right
        anchors.rightMargin: Theme.mm(6)
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.mm(1)

        Words {
            text: banner.see
            mm: 9
            color: Theme.navy
            wrapMode: Text.NoWrap
        }

        Icon {
            name: "next"
            size: Theme.type(8)
            anchors.verticalCenter: parent.verticalCenter
        }
    }

    Touch {
        id: touch
        objectName: "banner"
        anchors.fill: parent
        epoch: banner.epoch
        onTapped: banner.tapped()
    }
}
