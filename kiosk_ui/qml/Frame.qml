// What every screen stands in: header, the red button in its one place, the page, the bottom bar.
import QtQuick
import "."

Item {
    id: frame
    required property var model
    required property var disc
    readonly property int epoch: model.presses
    readonly property real bodyHeight: bar.y - header.height
    readonly property real bodyTop: header.height + Theme.mm(6)

    Header {
        id: header
        model: frame.model
        epoch: frame.epoch
        width: parent.width
    }

    Banner {
        id: banner
        visible: words !== ""
        x: Theme.wide ? page.x : Theme.edge
        y: Theme.wide ? frame.bodyTop : header.height + (sos.y - header.height - height) / 2
        width: Theme.wide ? page.width : frame.width - 2 * Theme.edge
        words: frame.model.banner
        see: frame.model.words.see
        epoch: frame.epoch
        onTapped: frame.model.openRequest()
    }

    SosDisc {
        id: sos
        model: frame.disc
        diameter: Theme.mm(Theme.scale > 1.5 && !Theme.wide ? 122 : 150)
        x: Theme.wide ? (frame.width / 2 - width) / 2 : (frame.width - width) / 2
        y: Theme.wide ? header.height + (frame.bodyHeight - height) / 2 : header.height + Theme.mm(38)
    }

    Loader {
        id: page
        x: Theme.wide ? frame.width / 2 : Theme.edge
        width: Theme.wide ? frame.width / 2 - Theme.edge : frame.width - 2 * Theme.edge
        y: Theme.wide ? frame.bodyTop + (banner.visible ? banner.height : 0) : sos.y + sos.height + Theme.mm(8)
        height: bar.y - y
    }

    Binding {
        target: page.item
        property: "epoch"
        value: frame.epoch
    }

    BottomBar {
        id: bar
        model: frame.model
        epoch: frame.epoch
        anchors.bottom: parent.bottom
        width: parent.width
    }

    function turn() {
        page.setSource(frame.model.page, {"model": frame.model.pageModel})
    }

    Connections {
        target: frame.model
        function onTurned() { frame.turn() }
    }

    Component.onCompleted: turn()
}
