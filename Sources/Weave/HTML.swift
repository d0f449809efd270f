/// Text for an element's content or an attribute's value.
func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
        // Characters that a page may not hold.
        case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value & 0xFFFE == 0xFFFE: result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// An element with what stands in it.
func element(_ name: String, _ content: String, class: String? = nil) -> String {
    "<\(name)\(`class`.map { " class=\"\($0)\"" } ?? "")>\(content)</\(name)>"
}
