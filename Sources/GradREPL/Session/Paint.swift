/// Colours where they are wanted.
struct Paint: Sendable {
    let isOn: Bool

    func dim(_ text: String) -> String { escape("2", text) }
    func bold(_ text: String) -> String { escape("1", text) }
    func name(_ text: String) -> String { escape("36", text) }
    func old(_ text: String) -> String { escape("2", text) }

    private func escape(_ code: String, _ text: String) -> String {
        isOn && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
