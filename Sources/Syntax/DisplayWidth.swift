/// How many cells of a terminal a text takes: two for wide characters, none for combining ones.
package func displayWidth(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 && $0 >= 0x20 }) { return text.utf8.count }
    return text.reduce(0) { $0 + displayWidth($1) }
}

package func displayWidth(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.isASCII { return first.value < 0x20 || first.value == 0x7F ? (first == "\t" ? 4 : 0) : 1 }
    // A sign with the emoji variation selector is drawn as an emoji.
    if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
    return first.isZeroWidth ? 0 : first.isWide ? 2 : 1
}

extension Unicode.Scalar {
    fileprivate var isZeroWidth: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: true
        default: false
        }
    }

    /// The East Asian wide and fullwidth ranges of Unicode's table, and the emoji.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x20000...0x3FFFD, 0x17000...0x18CFF, 0x1B000...0x1B2FF:
            true
        default: value >= 0x231A && properties.isEmojiPresentation
        }
    }
}
