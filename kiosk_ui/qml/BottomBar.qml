// The same three keys in the same place on every screen.
import QtQuick
import "."

Rectangle {
    id: bar
    required property var model
    property int epoch: 0

    height: Theme.mm(Theme.wide ? 34 : 42)
    color: Theme.card

    Rectangle {
        width: parent.width
        height: Theme.hair
        color: Theme.line
    }

    Row {
        anchors.fill: parent
        anchors.leftMargin: Theme.edge
        anchors.rightMargin: Theme.edge
        anchors.topMargin: Theme.mm(Theme.wide ? 5 : 7)
        anchors.bottomMargin: Theme.mm(Theme.wide ? 5 : 7)
        spacing: Theme.mm(6)

        BigButton {
            id: back
            objectName: "back"
            words: bar.model.words.back
            offered: bar.model.canLeave
            width: Math.max(implicitWidth, Theme.mm(46))
            height: parent.height
            padding: Theme.mm(6)
            epoch: bar.epoch
            onTapped: bar.model.back()
        }

        BigButton {
            id: home
            objectName: "home"
            words: bar.model.words.home
            offered: bar.model.canLeave
            width: back.width
            height: parent.height
            padding: Theme.mm(6)
            epoch: bar.epoch
            onTapped: bar.model.home()
        }

        BigButton {
            objectName: "staff"
            words: bar.model.words.staff
            wordsMm: 11
            filled: true
            width: parent.width - back.width - home.width - 2 * parent.spacing
            height: parent.height
            padding: Theme.mm(3)
            epoch: bar.epoch
            onTapped: bar.model.callStaff()
        }
    }
}
