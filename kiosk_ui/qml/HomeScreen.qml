// Home: when to press the red button, and what happens then.
pragma ComponentBehavior: Bound
import QtQuick
import "."

Item {
    id: screen
    required property var model
    property int epoch: 0

    Column {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.mm(Theme.tight ? 7 : 12)

        Words {
            width: parent.width
            text: screen.model.line
            mm: 12
            color: Theme.soft
        }

        Card {
            width: parent.width
            padding: Theme.mm(11)

            Row {
                id: steps
                width: parent.width

                Repeater {
                    model: screen.model.steps

                    Item {
                        id: step
                        required property var modelData
                        required property int index
                        width: steps.width / 3
                        height: words.y + words.height

                        Icon {
                            id: picture
                            name: step.modelData.icon
                            size: Theme.mm(28)
                            anchors.horizontalCenter: parent.horizontalCenter
                        }

                        Icon {
                            visible: step.index > 0
                            name: "next"
                            size: Theme.mm(11)
                            colour: Theme.soft
                            x: -width / 2
                            y: (picture.height - height) / 2
                        }

                        Words {
                            id: words
                            y: picture.height + Theme.mm(5)
                            width: step.width
                            text: step.modelData.words
                            mm: 11
                            bold: true
                        }
                    }
                }
            }
        }
    }
}
