// Where a finger acts: each finger for itself, so that a resting palm blocks nothing.
// A finger that was down before the last call for help does nothing when it lifts.
import QtQuick
import "."

MultiPointTouchArea {
    id: area
    property int epoch: 0
    property var downs: ({})
    property int fingers: 0
    readonly property bool held: fingers > 0
    readonly property bool isPressable: true
    signal began()
    signal tapped()

    mouseEnabled: true
    onPressed: points => {
        for (const point of points) {
            downs[point.pointId] = epoch
            fingers += 1
            began()
        }
    }
    onReleased: points => {
        for (const point of points) {
            fingers -= 1
            if (downs[point.pointId] === epoch && contains(Qt.point(point.x, point.y)))
                tapped()
        }
    }
    onCanceled: points => fingers = Math.max(0, fingers - points.length)
}
