import CLibedit

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where text comes to stand on the screen. libedit keeps its own account, which it does not tell, so this one follows
/// its rules: a row that is full goes on in the next at once, a wide character is not split, `^X` takes two columns.
struct Layout {
    struct Position: Equatable {
        var row = 0
        var column = 0
    }

    /// Columns of the screen.
    let width: Int

    /// Columns that a scalar takes; a combining mark takes none.
    static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value >= 0x20 && scalar.value < 0x7f { return 1 }
        return Int(wcwidth(wchar_t(bitPattern: scalar.value)))
    }

    /// Columns of a text without control characters.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + max(0, columns($1)) }
    }

    /// Moves `position` behind `scalar`, and says how the scalar is shown.
    func advance(_ position: inout Position, over scalar: Unicode.Scalar) -> Shown {
        switch scalar {
        case "\n":
            position = Position(row: position.row + 1, column: 0)
            return .newline
        case "\t":
            let count = min(8 - position.column % 8, width - position.column)
            step(&position, by: count)
            return .text(String(repeating: " ", count: count), fill: 0)
        default:
            return advance(&position, overPrinted: Self.shown(scalar))
        }
    }

    private func advance(_ position: inout Position, overPrinted shown: (text: String, columns: Int)) -> Shown {
        var fill = 0
        if position.column + shown.columns > width, position.column > 0 {
            fill = width - position.column
            position = Position(row: position.row + 1, column: 0)
        }
        step(&position, by: shown.columns)
        return .text(shown.text, fill: fill)
    }

    private func step(_ position: inout Position, by columns: Int) {
        position.column += columns
        if position.column >= width { position = Position(row: position.row + 1, column: 0) }
    }

    /// The position behind `scalars`, which begin at `start`.
    func position<Text: Sequence<Unicode.Scalar>>(after scalars: Text, from start: Position) -> Position {
        var position = start
        for scalar in scalars { _ = advance(&position, over: scalar) }
        return position
    }

    enum Shown {
        case newline
        /// `fill` columns before it are left blank, for it would not fit there and begins the next row.
        case text(String, fill: Int)
    }

    private static func shown(_ scalar: Unicode.Scalar) -> (text: String, columns: Int) {
        if scalar.value < 0x20 || scalar.value == 0x7f {
            let letter = Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value ^ 0x40))
            return ("^\(letter)", 2)
        }
        let columns = columns(scalar)
        if columns >= 0 { return (String(scalar), columns) }
        var digits = String(scalar.value, radix: 16, uppercase: true)
        digits = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return ("\\U+\(digits)", 3 + digits.count)
    }
}
