// Help: how the request stands, what to do meanwhile, and 不用了 always in the same place.
pragma ComponentBehavior: Bound
import QtQuick
import "."

Item {
    id: screen
    required property var model
    property int epoch: 0
    readonly property bool main: model.cancelOffer === "main"

    Column {
        anchors.left: parent.left
        anchors.right: parent.right
        y: Math.max(0, ((screen.model.cancelOffer === "" ? screen.height : cancelPlace.y) - height) / 2)
        spacing: Theme.mm(Theme.tight ? 5 : 8)

        Words {
            width: parent.width
            text: screen.model.line
            mm: 11
            bold: true
        }

        Card {
            width: parent.width
            title: screen.model.title
            aside: screen.model.aside

            StepRow {
                visible: screen.model.steps.length > 0
                width: parent.width
                steps: screen.model.steps
            }

            Column {
                visible: screen.model.todo.length > 0
                width: parent.width
                spacing: Theme.mm(5)

                Repeater {
                    model: screen.model.todo

                    Row {
                        id: way
                        required property var modelData
                        width: parent.width
                        spacing: Theme.mm(6)

                        Icon {
                            id: sign
                            name: way.modelData.icon
                            size: Theme.mm(16)
                            anchors.verticalCenter: parent.verticalCenter
                        }

                        Words {
                            width: way.width - sign.width - way.spacing
                            horizontalAlignment: Text.AlignLeft
                            text: way.modelData.words
                            mm: 11
                            bold: true
                            color: Theme.navy
                        }
                    }
                }
            }

            Row {
                visible: screen.model.mark !== ""
                anchors.horizontalCenter: parent.horizontalCenter
                spacing: Theme.mm(6)

                Icon {
                    name: "tick"
                    size: Theme.mm(18)
                    colour: Theme.ok
                    anchors.verticalCenter: parent.verticalCenter
                }

                Words {
                    text: screen.model.mark
                    mm: 14
                    bold: true
                    color: Theme.ok
                }
            }
        }
    }

    Item {
        id: cancelPlace
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(6)
        width: parent.width
        height: Theme.mm(Theme.tight ? 28 : 36)

        BigButton {
            objectName: "cancel"
            visible: screen.model.cancelOffer !== ""
            anchors.centerIn: parent
            width: screen.main ? parent.width : Math.max(implicitWidth, parent.width * 0.4)
            height: screen.main ? parent.height : Theme.mm(24)
            words: screen.model.cancelWords
            note: screen.main ? screen.model.cancelNote : ""
            wordsMm: screen.main ? 13 : 10
            on: screen.main
            epoch: screen.epoch
            onTapped: screen.model.cancel()
        }
    }
}
