// Sizes in millimetres of the real panel, and the two sets of colours.
pragma Singleton
import QtQuick

QtObject {
    property real pxPerMm: 4
    property real scale: 1
    property bool contrast: false
    property bool wide: false
    property string family: "Noto Sans CJK SC"

    readonly property bool tight: wide && scale > 1.5

    readonly property color paper: contrast ? "#000000" : "#faf7f2"
    readonly property color card: contrast ? "#000000" : "#ffffff"
    readonly property color line: contrast ? "#ffd600" : "#e7e0d5"
    readonly property color ink: contrast ? "#ffd600" : "#1c1b1a"
    readonly property color soft: contrast ? "#ffd600" : "#4a463f"
    readonly property color brand: contrast ? "#ffd600" : "#7a1f1f"
    readonly property color navy: contrast ? "#ffd600" : "#0d3b66"
    readonly property color overNavy: contrast ? "#000000" : "#ffffff"
    readonly property color navyGround: contrast ? "#3a3000" : "#eaf0f6"
    readonly property color ok: contrast ? "#ffd600" : "#1b5e20"
    readonly property color fault: contrast ? "#ffd600" : "#37474f"
    readonly property color life: contrast ? "#8e0000" : "#a3121b"
    readonly property color overLife: "#ffffff"
    readonly property color lifeEdge: contrast ? "#ffd600" : "#a3121b"
    readonly property color lifeInk: contrast ? "#ffd600" : "#a3121b"

    readonly property int hair: Math.max(1, mm(0.7))
    readonly property int edge: mm(10)
    readonly property int gap: mm(6)
    readonly property int radius: mm(6)
    readonly property int pressable: Math.ceil(20 * pxPerMm)

    function mm(size: real): int {
        return Math.round(size * pxPerMm)
    }

    // Header keys stop growing before they need a row of their own.
    function keyType(size: real): int {
        return Math.round(size * Math.min(scale, 1.3) * pxPerMm)
    }

    function type(size: real): int {
        return Math.round(size * scale * pxPerMm)
    }
}
