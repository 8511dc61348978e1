// Text as every screen writes it.
import QtQuick
import "."

Text {
    property real mm: 10
    property bool bold: false
    property real leading: 1.4

    font.family: Theme.family
    font.pixelSize: Theme.type(mm)
    font.weight: bold ? Font.Bold : Font.Normal
    color: Theme.ink
    lineHeightMode: Text.FixedHeight
    lineHeight: Math.round(font.pixelSize * leading)
    wrapMode: Text.Wrap
    textFormat: Text.PlainText
    horizontalAlignment: Text.AlignHCenter
    verticalAlignment: Text.AlignVCenter
}
