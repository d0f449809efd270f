/// Draws figures as SVG: one self-contained file, or a picture set into a page as it is.
package struct SVGRenderer: Sendable {
    /// In pixels; the height grows where legend and notes would leave no room for the frame.
    package let width: Int
    package let height: Int

    package init(width: Int = 720, height: Int = 440) {
        (self.width, self.height) = (min(max(width, 200), 4000), min(max(height, 150), 4000))
    }

    package func render(_ figure: Figure) -> String {
        SVGPage(figure, width: Double(width), height: Double(height)).source
    }
}

/// One picture being laid out, from top to bottom: title, legend (when not at the side), label of the y axis, frame,
/// ticks, label of the x axis, notes.
private struct SVGPage {
    private let figure: Figure
    private let scene: Scene
    private let width: Double
    private var out = SVGWriter()
    private let margin = 12.0
    private let lineHeight = 18.0

    /// The frame.
    private var left = 0.0, top = 0.0, frameWidth = 0.0, frameHeight = 0.0
    private var xTicks = Ticks(), yTicks = Ticks()
    private var titleLines: [String] = [], noteLines: [String] = []
    private let legend: SVGLegend
    private var total: Double

    init(_ figure: Figure, width: Double, height: Double) {
        (self.figure, self.width, total) = (figure, width, height)
        scene = Scene(figure, resolution: Int(width), levels: 7)
        legend = SVGLegend(scene, width: width, margin: margin)
        layOut()
        draw()
    }

    var source: String { out.source }

    private mutating func layOut() {
        titleLines = SVGText.wrapped(figure.title, width - 2 * margin, size: 16)
        top = margin + Double(titleLines.count) * 21 + legend.heightAbove + (figure.y.label.isEmpty ? 6 : lineHeight + 4)
        let below = lineHeight + 6 + (figure.x.label.isEmpty ? 0 : lineHeight)
        // The notes depend on the ticks, whose number depends on the height: a guess without offsets comes first.
        noteLines = wrappedNotes()
        frameHeight = max(total - top - below - Double(noteLines.count) * 16 - margin, 140, legend.heightBeside)
        guard !scene.isEmpty else { return finish(below) }
        yTicks = figure.y.ticks(scene.y, atMost: max(Int(frameHeight / 36), 2)) { ticks in
            zip(ticks, ticks.dropFirst()).allSatisfy { abs($1.place - $0.place) * frameHeight >= 18 }
        }
        finish(below)
        xTicks = figure.x.ticks(scene.x, atMost: max(Int(frameWidth / 50), 2)) { fits($0) }
        let more = wrappedNotes()
        total += Double(more.count - noteLines.count) * 16
        noteLines = more
    }

    private mutating func finish(_ below: Double) {
        let widest = yTicks.ticks.map { SVGText.width($0.label, size: SVGStyle.fontSize) }.max() ?? 0
        left = margin + min(widest, width / 3) + (widest > 0 ? 8 : 0)
        frameWidth = max(width - left - margin - max(legend.widthBeside, 6), 60)
        total = top + frameHeight + below + Double(noteLines.count) * 16 + margin
    }

    private func wrappedNotes() -> [String] {
        let offsets = [("x", xTicks), ("y", yTicks)].compactMap { name, ticks in ticks.offset.map { "\(name): differences from \($0)" } }
        return (offsets + scene.notes).flatMap { SVGText.wrapped($0, width - 2 * margin, size: 12) }
    }

    private func fits(_ ticks: [Tick]) -> Bool {
        let ends = ticks.map { tick -> (Double, Double) in
            let half = SVGText.width(tick.label, size: SVGStyle.fontSize) / 2
            return (tick.place * frameWidth - half, tick.place * frameWidth + half)
        }.sorted { $0.0 < $1.0 }
        return zip(ends, ends.dropFirst()).allSatisfy { $0.1 + 8 <= $1.0 }
    }

    private mutating func draw() {
        out.raw(SVGStyle.opening(width: width, height: total, title: spokenTitle))
        for (index, line) in titleLines.enumerated() {
            out.text(line, width / 2, margin + 14 + Double(index) * 21, "class=\"gp-title\" text-anchor=\"middle\"")
        }
        legend.draw(&out, above: margin + Double(titleLines.count) * 21, beside: (left + frameWidth + 16, top, frameHeight))
        if !figure.y.label.isEmpty {
            out.text(SVGText.fit(figure.y.label, width - 2 * margin, size: 13), margin, top - 8)
        }
        drawTicks()
        let box = [left, top, frameWidth, frameHeight].map(SVGText.number)
        out.raw("<svg x=\"\(box[0])\" y=\"\(box[1])\" width=\"\(box[2])\" height=\"\(box[3])\" overflow=\"hidden\">")
        out.raw(SVGDrawing(scene: scene, width: frameWidth, height: frameHeight).out.source + "</svg>")
        out.rect(left, top, frameWidth, frameHeight, "class=\"gp-frame\"")
        if scene.isEmpty { out.text("no data", left + frameWidth / 2, top + frameHeight / 2 + 4, "text-anchor=\"middle\"") }
        drawFoot()
        out.raw("</svg>")
    }

    private var spokenTitle: String {
        if !figure.title.isEmpty { return figure.title }
        let names = figure.series.map(\.name).filter { !$0.isEmpty }
        return names.isEmpty ? "Plot" : "Plot of " + names.joined(separator: ", ")
    }

    private mutating func drawTicks() {
        for tick in yTicks.ticks {
            let y = top + (1 - tick.place) * frameHeight
            out.line(left - 4, y, left, y, "class=\"gp-frame\"")
            out.line(left, y, left + frameWidth, y, "class=\"gp-grid\"")
            out.text(SVGText.fit(tick.label, width / 3, size: 13), left - 7, y + 4.5, "text-anchor=\"end\"")
        }
        for tick in xTicks.ticks {
            let x = left + tick.place * frameWidth
            out.line(x, top + frameHeight, x, top + frameHeight + 4, "class=\"gp-frame\"")
            out.line(x, top, x, top + frameHeight, "class=\"gp-grid\"")
            let label = SVGText.fit(tick.label, frameWidth, size: 13)
            let half = SVGText.width(label, size: 13) / 2
            out.text(label, min(max(x, half + 2), width - half - 2), top + frameHeight + 18, "text-anchor=\"middle\"")
        }
    }

    private mutating func drawFoot() {
        var y = top + frameHeight + lineHeight + 6
        if !figure.x.label.isEmpty {
            y += lineHeight
            out.text(SVGText.fit(figure.x.label, width - 2 * margin, size: 13), left + frameWidth / 2, y - 4, "text-anchor=\"middle\"")
        }
        for line in noteLines {
            y += 16
            out.text(line, margin, y - 3, "class=\"gp-note\"")
        }
    }
}
