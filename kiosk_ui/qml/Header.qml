// Name of the place, the net in words, and what a visitor may choose; two rows where one is short.
import QtQuick
import "."

Rectangle {
    id: header
    required property var model
    property int epoch: 0
    readonly property real frameGap: Theme.wide ? 4 : 6
    readonly property bool stacked: brand.implicitWidth + tools.implicitWidth + 3 * Theme.edge > width

    height: (stacked ? brand.height + Theme.mm(4) : 0) + Math.max(tools.height, stacked ? 0 : brand.height) + Theme.mm(frameGap * 2)
    color: Theme.card

    Column {
        id: brand
        x: Theme.edge
        y: header.stacked ? Theme.mm(5) : (header.height - height) / 2

        Words {
            text: header.model.site
            font.pixelSize: Theme.keyType(12)
            bold: true
            leading: 1.25
            color: Theme.brand
            wrapMode: Text.NoWrap
        }

        Row {
            spacing: Theme.mm(2)

            Icon {
                name: header.model.netState === "up" ? "tick" : header.model.netState === "down" ? "warn" : "dots"
                size: netWords.font.pixelSize * 0.9
                colour: netWords.color
                anchors.verticalCenter: parent.verticalCenter
            }

            Words {
                id: netWords
                text: header.model.net
                font.pixelSize: Theme.keyType(8.5)
                leading: 1.25
                bold: header.model.netState === "down"
                color: header.model.netState === "up" ? Theme.ok : header.model.netState === "down" ? Theme.fault : Theme.soft
                wrapMode: Text.NoWrap
            }
        }
    }

    Row {
        id: tools
        x: header.stacked ? Theme.edge : header.width - width - Theme.edge
        y: header.stacked ? header.height - height - Theme.mm(header.frameGap) : (header.height - height) / 2
        spacing: Theme.mm(5)

        BigButton {
            objectName: "size"
            words: header.model.sizeWords
            wordsPixels: Theme.keyType(9)
            on: header.model.scale > 1
            padding: Theme.mm(7)
            height: Theme.mm(Theme.wide ? 22 : 24)
            epoch: header.epoch
            onTapped: header.model.switchSize()
        }

        BigButton {
            objectName: "speech"
            words: header.model.words.speech
            wordsPixels: Theme.keyType(9)
            on: header.model.speech
            padding: Theme.mm(7)
            height: Theme.mm(Theme.wide ? 22 : 24)
            epoch: header.epoch
            onTapped: header.model.switchSpeech()
        }

        BigButton {
            objectName: "contrast"
            words: header.model.words.contrast
            wordsPixels: Theme.keyType(9)
            on: header.model.contrast
            padding: Theme.mm(7)
            height: Theme.mm(Theme.wide ? 22 : 24)
            epoch: header.epoch
            onTapped: header.model.switchContrast()
        }
    }

    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: Theme.hair
        color: Theme.line
    }
}
