/// Draws figures in characters. A value without state: the same figure gives the same text, so that frames of an
/// animation can be drawn one after another.
package struct TextRenderer: Sendable {
    /// Columns at most, 20 or more.
    package let width: Int
    /// Rows inside the frame; title, labels, legend and notes come on top of it.
    package let height: Int
    /// Braille and box characters; plain ASCII otherwise.
    package let unicode: Bool
    /// 256-colour codes.
    package let color: Bool

    package init(width: Int = 80, height: Int = 15, unicode: Bool = true, color: Bool = false) {
        self.width = min(max(width, 20), 1000)
        self.height = min(max(height, 3), 500)
        (self.unicode, self.color) = (unicode, color)
    }

    /// Lines joined by newlines, with one at the end. No line is wider than `width`.
    package func render(_ figure: Figure) -> String {
        lines(figure).map { line in
            String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    /// The codes that move the cursor up over a picture just printed and clear it, for the next frame.
    package static func rewind(over picture: String) -> String {
        let lines = picture.count { $0 == "\n" }
        return lines > 0 ? "\u{1B}[\(lines)A\r\u{1B}[J" : ""
    }

    private func lines(_ figure: Figure) -> [String] {
        let scene = Scene(figure, resolution: width * 2, levels: min(height / 2, 8))
        let fitter = TextFitter(unicode: unicode)
        let legend = TextLegend(scene, TextStyle(unicode: unicode, color: color), rows: height)
        let yTicks = scene.isEmpty ? Ticks() : figure.y.ticks(scene.y, atMost: max(height / 2, 2)) { fitsRows($0) }
        let gutter = min(yTicks.ticks.map { displayColumns(fitter.clean($0.label)) }.max() ?? 0, width / 3)
        let legendWidth = min(legend.width, width * 2 / 5)
        let isBeside = legendWidth > 0 && width - gutter - 4 - legendWidth >= max(width / 2, 24)
        let columns = width - gutter - 3 - (isBeside ? legendWidth + 1 : 0)
        let xTicks = scene.isEmpty ? Ticks() : figure.x.ticks(scene.x, atMost: columns / 4) { fitsColumns($0, columns, gutter, fitter) }

        let indent = String(repeating: " ", count: gutter + 2)
        var lines: [String] = []
        if !figure.title.isEmpty { lines.append(indent + fitter.centred(figure.title, columns)) }
        if !figure.y.label.isEmpty { lines.append(fitter.fit(figure.y.label, width)) }
        lines += frame(scene, yTicks, xTicks, columns, gutter, isBeside ? legend.lines(legendWidth) : [], fitter)
        if !xTicks.ticks.isEmpty { lines.append(labelLine(xTicks.ticks, columns, gutter, fitter)) }
        if !figure.x.label.isEmpty { lines.append(indent + fitter.centred(figure.x.label, columns)) }
        if !isBeside { lines += legend.lines(width - 2).map { "  " + $0 } }
        for (name, ticks) in [("x", xTicks), ("y", yTicks)] {
            if let offset = ticks.offset { lines += fitter.wrapped("\(name): differences from \(offset)", width) }
        }
        return lines + scene.notes.flatMap { fitter.wrapped($0, width) }
    }

    // MARK: Frame

    private func frame(
        _ scene: Scene, _ yTicks: Ticks, _ xTicks: Ticks, _ columns: Int, _ gutter: Int, _ legend: [String], _ fitter: TextFitter
    ) -> [String] {
        let box: [String] = unicode ? ["┌", "─", "┐", "└", "┘", "│", "┤", "┬"] : ["+", "-", "+", "+", "+", "|", "+", "+"]
        let canvas = TextDrawing(scene: scene, style: TextStyle(unicode: unicode, color: color), columns: columns, rows: height).canvas
        let labels = Dictionary(yTicks.ticks.map { (canvas.row($0.place), $0.label) }) { first, _ in first }
        let marks = Set(xTicks.ticks.map { canvas.column($0.place) })
        var lines = [String(repeating: " ", count: gutter + 1) + box[0] + String(repeating: box[1], count: columns) + box[2]]
        for row in 0..<height {
            let label = fitter.fit(labels[row] ?? "", gutter)
            let margin = String(repeating: " ", count: gutter - displayColumns(label)) + label + " "
            let isNoData = scene.isEmpty && row == height / 2
            let inside = isNoData ? fitter.padded(fitter.centred("no data", columns), columns) : canvas.text(row: row, color: color).closed
            let side = row < legend.count ? " " + legend[row] : ""
            lines.append(margin + (labels[row] == nil ? box[5] : box[6]) + inside + box[5] + side)
        }
        let bottom = (0..<columns).map { marks.contains($0) ? box[7] : box[1] }.joined()
        return lines + [String(repeating: " ", count: gutter + 1) + box[3] + bottom + box[4]]
    }

    private func fitsRows(_ ticks: [Tick]) -> Bool {
        let rows = ticks.map { Int($0.place * Double(height)) }.sorted()
        return zip(rows, rows.dropFirst()).allSatisfy { $1 - $0 >= 2 || height < 4 && $1 > $0 }
    }

    /// Where the labels under the frame start: centred under their ticks, kept inside the picture.
    private func starts(_ ticks: [Tick], _ columns: Int, _ gutter: Int, _ fitter: TextFitter) -> [(start: Int, text: String)] {
        ticks.map { tick in
            let text = fitter.fit(tick.label, columns)
            let column = gutter + 2 + min(max(Int(tick.place * Double(columns)), 0), columns - 1)
            let start = column - displayColumns(text) / 2
            return (min(max(start, 0), gutter + 3 + columns - displayColumns(text)), text)
        }.sorted { $0.start < $1.start }
    }

    private func fitsColumns(_ ticks: [Tick], _ columns: Int, _ gutter: Int, _ fitter: TextFitter) -> Bool {
        let labels = starts(ticks, columns, gutter, fitter)
        return zip(labels, labels.dropFirst()).allSatisfy { $0.start + displayColumns($0.text) + 2 <= $1.start }
    }

    private func labelLine(_ ticks: [Tick], _ columns: Int, _ gutter: Int, _ fitter: TextFitter) -> String {
        var line = ""
        for (start, text) in starts(ticks, columns, gutter, fitter) { line = fitter.padded(line, start) + text }
        return line
    }
}
