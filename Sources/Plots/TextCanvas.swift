/// The inside of the frame in characters. With Unicode a cell holds 2×4 dots (Braille) or one character; without, one
/// character.
struct TextCanvas {
    let columns: Int
    let rows: Int
    let unicode: Bool
    private var cells: [Cell]

    struct Cell {
        /// Braille dots, by the bits of the Unicode block.
        var dots: UInt8 = 0
        var glyph: Character?
        var color: Int?
        var ground: Int?
    }

    init(columns: Int, rows: Int, unicode: Bool) {
        (self.columns, self.rows, self.unicode) = (columns, rows, unicode)
        cells = Array(repeating: Cell(), count: columns * rows)
    }

    /// The size in dots.
    var dotColumns: Int { unicode ? columns * 2 : columns }
    var dotRows: Int { unicode ? rows * 4 : rows }

    /// Cells count from the upper left.
    subscript(column: Int, row: Int) -> Cell {
        get { cells[row * columns + column] }
        set { cells[row * columns + column] = newValue }
    }

    /// The cell of a place in 0…1.
    func column(_ u: Double) -> Int { min(max(Int(u * Double(columns)), 0), columns - 1) }
    func row(_ v: Double) -> Int { rows - 1 - min(max(Int(v * Double(rows)), 0), rows - 1) }

    mutating func put(_ glyph: Character, column: Int, row: Int, color: Int?) {
        guard (0..<columns).contains(column), (0..<rows).contains(row) else { return }
        self[column, row].glyph = glyph
        self[column, row].color = color
        self[column, row].dots = 0
    }

    /// A dot of the finest raster; without Unicode the glyph takes its place.
    mutating func dot(_ x: Int, _ y: Int, glyph: Character, color: Int?) {
        guard unicode else { return put(glyph, column: x, row: y, color: color) }
        let (column, row) = (x / 2, y / 4)
        guard (0..<columns).contains(column), (0..<rows).contains(row) else { return }
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        self[column, row].glyph = nil
        self[column, row].dots |= bits[y % 4][x % 2]
        self[column, row].color = color
    }

    func dot(_ place: Place) -> (x: Int, y: Int) {
        let x = min(max(Int(place.u * Double(dotColumns)), 0), dotColumns - 1)
        let y = min(max(Int(place.v * Double(dotRows)), 0), dotRows - 1)
        return (x, dotRows - 1 - y)
    }

    /// Bresenham's line through the stretch; `pattern` tells for each step along it whether it shows.
    mutating func line(_ run: [Place], glyph: Character, color: Int?, pattern: [Bool]) {
        guard let first = run.first else { return }
        var (x, y) = dot(first)
        var walked = 0
        dot(x, y, glyph: glyph, color: color)
        for place in run.dropFirst() {
            let end = dot(place)
            let (dx, dy) = (abs(end.x - x), -abs(end.y - y))
            var error = dx + dy
            while x != end.x || y != end.y {
                let twice = 2 * error
                if twice >= dy { (error, x) = (error + dy, x + (x < end.x ? 1 : -1)) }
                if twice <= dx { (error, y) = (error + dx, y + (y < end.y ? 1 : -1)) }
                walked += 1
                if pattern[walked % pattern.count] { dot(x, y, glyph: glyph, color: color) }
            }
        }
    }

    /// One row of text, with colour codes if wanted.
    func text(row: Int, color: Bool) -> StyledText {
        var text = StyledText()
        for column in 0..<columns {
            let cell = self[column, row]
            let braille = Unicode.Scalar(0x2800 + UInt32(cell.dots)).map { Character($0) } ?? " "
            text.append(cell.glyph ?? (cell.dots == 0 ? " " : braille), color: color ? cell.color : nil, ground: color ? cell.ground : nil)
        }
        return text
    }
}

/// Characters with 256-colour codes where the colour changes.
struct StyledText {
    private(set) var text = ""
    private var style: (color: Int?, ground: Int?) = (nil, nil)

    mutating func append(_ character: Character, color: Int? = nil, ground: Int? = nil) {
        if style.color != color || style.ground != ground {
            close()
            if let color { text += "\u{1B}[38;5;\(color)m" }
            if let ground { text += "\u{1B}[48;5;\(ground)m" }
            style = (color, ground)
        }
        text.append(character)
    }

    mutating func append(_ string: String, color: Int? = nil) {
        for character in string { append(character, color: color) }
    }

    mutating func close() {
        if style.color != nil || style.ground != nil { text += "\u{1B}[0m" }
        style = (nil, nil)
    }

    var closed: String {
        var copy = self
        copy.close()
        return copy.text
    }
}
