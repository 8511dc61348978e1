// The window: takes the view-models it is handed and fits the millimetres to the panel.
import QtQuick
import QtQuick.Window
import "."

Window {
    id: root
    required property var frame
    required property var disc

    title: root.frame.site
    color: Theme.paper

    Binding { target: Theme; property: "pxPerMm"; value: root.width / root.frame.panelMm }
    Binding { target: Theme; property: "scale"; value: root.frame.scale }
    Binding { target: Theme; property: "contrast"; value: root.frame.contrast }
    Binding { target: Theme; property: "wide"; value: root.width > root.height }
    Binding { target: Theme; property: "family"; value: root.frame.words.font }

    Frame {
        anchors.fill: parent
        model: root.frame
        disc: root.disc
    }
}
