// A key: words, perhaps an icon, at least 20 mm high.
import QtQuick
import "."

Rectangle {
    id: button
    property string words
    property string note
    property string icon
    property real wordsMm: 10
    property int wordsPixels: Theme.type(wordsMm)
    property real padding: Theme.mm(8)
    property bool filled: false
    property bool on: false
    property bool offered: true
    property int epoch: 0
    signal tapped()

    readonly property color ink: filled ? Theme.overNavy : on ? Theme.navy : offered ? Theme.ink : Theme.soft
    readonly property bool truncated: label.truncated || label.paintedWidth > label.width + 1

    implicitWidth: Math.max(Theme.pressable, content.implicitWidth + 2 * padding)
    implicitHeight: Math.max(Theme.pressable, content.implicitHeight + Theme.mm(6))
    radius: Theme.radius
    color: filled ? Theme.navy : touch.held || on ? Theme.navyGround : Theme.card
    border.width: filled || !offered ? 0 : Theme.hair
    border.color: touch.held || on ? Theme.navy : Theme.line
    opacity: touch.held && filled ? 0.85 : 1

    Accessible.role: Accessible.Button
    Accessible.name: button.words
    Accessible.onPressAction: if (button.offered) button.tapped()

    Row {
        id: content
        anchors.centerIn: parent
        spacing: Theme.mm(4)

        Icon {
            visible: button.icon !== ""
            name: button.icon
            size: button.wordsPixels * 1.1
            colour: button.ink
            anchors.verticalCenter: parent.verticalCenter
        }

        Column {
            anchors.verticalCenter: parent.verticalCenter

            Words {
                id: label
                text: button.words
                font.pixelSize: button.wordsPixels
                bold: true
                color: button.ink
                wrapMode: Text.NoWrap
                anchors.horizontalCenter: parent.horizontalCenter
            }

            Words {
                visible: text !== "" && implicitWidth < button.width - 2 * button.padding && Theme.scale < 1.5
                text: button.note
                mm: 8.5
                color: button.filled ? button.ink : Theme.soft
                wrapMode: Text.NoWrap
                anchors.horizontalCenter: parent.horizontalCenter
            }
        }
    }

    Touch {
        id: touch
        anchors.fill: parent
        anchors.margins: -Theme.mm(2)
        enabled: button.offered
        epoch: button.epoch
        onTapped: button.tapped()
    }
}
