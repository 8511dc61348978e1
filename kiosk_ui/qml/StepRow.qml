// Steps side by side, joined by a line: a filled tick is done, a ring is now, a pale ring is later.
pragma ComponentBehavior: Bound
import QtQuick
import "."

Row {
    id: row
    required property var steps
    readonly property real cell: width / Math.max(1, steps.length)
    readonly property real mark: Theme.mm(17)

    Repeater {
        model: row.steps

        Item {
            id: step
            required property var modelData
            required property int index
            readonly property bool done: modelData.state === "done"
            readonly property bool now: modelData.state === "now"
            readonly property bool later: modelData.state === "later"

            width: row.cell
            height: words.y + words.height

            Rectangle {
                visible: step.index > 0
                width: row.cell - row.mark - Theme.mm(4)
                height: Theme.mm(1.2)
                x: -width / 2
                y: (row.mark - height) / 2
                color: step.later ? Theme.line : Theme.navy
            }

            Rectangle {
                anchors.horizontalCenter: parent.horizontalCenter
                width: row.mark
                height: width
                radius: width / 2
                color: step.later ? Theme.card : Theme.navy
                border.width: Theme.mm(1.2)
                border.color: step.later ? Theme.line : Theme.navy

                Icon {
                    visible: !step.later
                    anchors.centerIn: parent
                    name: "tick"
                    size: Theme.mm(10)
                    stroke: 6
                    colour: Theme.overNavy
                }

                Words {
                    visible: step.later
                    anchors.centerIn: parent
                    text: step.index + 1
                    color: Theme.soft
                    font.pixelSize: Theme.mm(8.5)
                }
            }

            Words {
                id: words
                y: row.mark + Theme.mm(3)
                width: row.cell
                text: step.modelData.words
                mm: step.now ? 10 : 9
                bold: step.now
                color: step.later ? Theme.soft : Theme.ink
                wrapMode: Text.NoWrap
            }
        }
    }
}
