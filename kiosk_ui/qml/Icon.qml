// One icon, drawn at any size in any colour.
import QtQuick
import QtQuick.Shapes
import "."

Item {
    id: icon
    property string name
    property color colour: Theme.navy
    property real size: Theme.mm(14)
    property real stroke: 5

    implicitWidth: size
    implicitHeight: size

    Shape {
        width: 48
        height: 48
        scale: icon.size / 48
        transformOrigin: Item.TopLeft

        ShapePath {
            strokeColor: icon.colour
            strokeWidth: icon.stroke
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin
            PathSvg { path: Icons.paths[icon.name] ?? "" }
        }
    }
}
