package import Plots

/// What `plot` and the like give: a picture, printed as text and stored as SVG.
package final class FigureValue: ObjectValue {
    /// In characters; what is `nil` follows the screen. In SVG a column counts 9 pixels and a row 22.
    package struct Size: Equatable {
        package var width: Int?
        package var height: Int?
    }

    package let content: Figure
    package let size: Size
    private let screen: () -> Screen

    package init(_ content: Figure, size: Size = Size(), screen: @escaping () -> Screen) {
        (self.content, self.size, self.screen) = (content, size, screen)
    }

    package override var typeName: String { "a figure" }
    package override var fileForms: [FileForm] { [FileForm("svg", text: { self.svg() })] }
    package override var fieldNames: [String] { ["svg", "text"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "svg": .string(svg())
        case "text": .string(text(Screen()))
        default: nil
        }
    }

    package override func figure() -> Figure? { content }
    package override func describe(_ style: NumberStyle) -> String { text(screen()) }

    /// One self-contained file; `columns` and `rows` where it was not told its size, and never wider than `most` columns.
    package func svg(columns: Int = 80, rows: Int = 20, most: Int = .max) -> String {
        SVGRenderer(width: min(size.width ?? columns, most) * 9, height: (size.height ?? rows) * 22).render(content)
    }

    /// Wider than this, curves would be too flat for their height.
    private static let mostColumns = 120
    /// Lines around the frame: title, labels, ticks, a note or two, and the prompt that follows.
    private static let linesAround = 8

    /// Without a newline at its end.
    package func text(_ screen: Screen, content: Figure? = nil) -> String {
        let width = size.width ?? min(screen.width, FigureValue.mostColumns)
        let height = size.height ?? max(min(width / 5, 24, screen.height - FigureValue.linesAround), 6)
        let renderer = TextRenderer(width: width, height: height, unicode: screen.unicode, color: screen.color)
        return String(renderer.render(content ?? self.content).dropLast())
    }
}
