// The red button: acts as a finger comes down, and shows what became of the call.
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import "."

Item {
    id: disc
    required property var model
    property real diameter: Theme.mm(150)
    readonly property bool owned: model.look === "owned"
    readonly property bool calling: model.look === "call"
    readonly property color ink: owned ? Theme.ink : Theme.overLife
    readonly property real ring: Theme.mm(7)
    readonly property bool truncated: lines.implicitWidth > diameter

    width: diameter + 2 * ring
    height: width

    Accessible.role: Accessible.Button
    Accessible.name: disc.model.name
    Accessible.onPressAction: disc.model.press()

    Shape {
        visible: !Theme.contrast
        anchors.centerIn: parent
        anchors.verticalCenterOffset: Theme.mm(8)
        width: disc.width * 1.1
        height: width

        ShapePath {
            strokeColor: "transparent"
            fillGradient: RadialGradient {
                centerX: disc.width * 0.55
                centerY: disc.width * 0.55
                focalX: centerX
                focalY: centerY
                centerRadius: disc.width * 0.55
                GradientStop { position: 0.84; color: "#407a1f1f" }
                GradientStop { position: 0.92; color: "#167a1f1f" }
                GradientStop { position: 1; color: "#007a1f1f" }
            }
            PathAngleArc {
                centerX: disc.width * 0.55
                centerY: disc.width * 0.55
                radiusX: disc.width * 0.55
                radiusY: disc.width * 0.55
                sweepAngle: 360
            }
        }
    }

    Rectangle {
        anchors.fill: parent
        radius: width / 2
        color: Theme.card
        border.width: Theme.mm(1.5)
        border.color: Theme.lifeEdge
    }

    Rectangle {
        anchors.centerIn: parent
        width: disc.diameter
        height: width
        radius: width / 2
        color: disc.owned ? Theme.card : Theme.life
        border.width: disc.owned ? Theme.mm(4) : 0
        border.color: Theme.lifeEdge
        scale: touch.held ? 0.97 : 1
    }

    Column {
        id: lines
        anchors.centerIn: parent
        width: disc.diameter * 0.8
        spacing: Theme.mm(3)

        Icon {
            visible: name !== ""
            name: disc.model.icon
            size: disc.diameter * 0.19
            stroke: 6
            colour: disc.ink
            anchors.horizontalCenter: parent.horizontalCenter
        }

        Repeater {
            model: disc.model.lines

            Words {
                required property string modelData
                text: modelData
                width: lines.width
                bold: true
                color: disc.ink
                wrapMode: Text.NoWrap
                font.pixelSize: disc.diameter * (disc.calling ? 0.215 : 0.165)
                fontSizeMode: Text.HorizontalFit
                minimumPixelSize: Theme.mm(9)
                height: font.pixelSize * 1.1
            }
        }

        Words {
            visible: text !== ""
            text: disc.model.note
            width: disc.diameter * 0.66
            anchors.horizontalCenter: parent.horizontalCenter
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.mm(8.5)
            color: disc.ink
            font.pixelSize: Math.min(Theme.type(11), disc.diameter * 0.1)
            wrapMode: Text.NoWrap
        }
    }

    Rectangle {
        visible: disc.model.badge !== ""
        x: disc.width * 0.78
        y: disc.width * 0.03
        width: Math.max(height, count.implicitWidth + Theme.mm(10))
        height: Theme.mm(30)
        radius: height / 2
        color: Theme.card
        border.width: Theme.mm(1.5)
        border.color: Theme.lifeEdge

        Words {
            id: count
            anchors.centerIn: parent
            text: disc.model.badge
            bold: true
            color: Theme.lifeInk
            font.pixelSize: Theme.mm(14)
        }
    }

    Touch {
        id: touch
        objectName: "sos"
        anchors.fill: parent
        onBegan: disc.model.press()
    }
}
