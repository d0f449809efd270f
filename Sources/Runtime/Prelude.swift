import Syntax

/// The part of the language that is written in the language: `prelude/*.grad`, embedded in the program. A file is parsed and run when
/// one of its names is first used, so that a program pays only for what it needs.
enum Prelude {
    struct File: Sendable {
        let path: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) { (path, self.bytes) = ("prelude/\(name)", bytes) }

        /// The heading: the first words of its first line, `# Losses: …`.
        var title: String {
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            return String(line.drop { $0 == "#" || $0 == " " }.prefix { !",:.".contains($0) })
        }
    }

    /// A file may use the others, but not in a circle.
    static let files: [File] = [
        File("activations.grad", PackageResources.activations_grad),
        File("indexing.grad", PackageResources.indexing_grad),
        File("layers.grad", PackageResources.layers_grad),
        File("layout.grad", PackageResources.layout_grad),
        File("linalg.grad", PackageResources.linalg_grad),
        File("losses.grad", PackageResources.losses_grad),
        File("numbers.grad", PackageResources.numbers_grad),
        File("rules.grad", PackageResources.rules_grad),
        File("schedules.grad", PackageResources.schedules_grad),
        File("statistics.grad", PackageResources.statistics_grad),
    ]

    /// Which file introduces a name.
    static let index: [String: Int] = {
        var index: [String: Int] = [:]
        for (number, file) in files.enumerated() {
            for name in names(in: file.bytes) { index[name] = number }
        }
        return index
    }()

    /// The names that a file introduces at top level, read off without parsing: they stand at the start of a line, before `(` or ` =`, or
    /// behind `rule `.
    static func names(in bytes: [UInt8]) -> [String] {
        let rule = Array("rule ".utf8)
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let line = line.starts(with: rule) ? line.dropFirst(rule.count) : line
            let name = line.prefix { isNameByte($0) }
            guard !name.isEmpty, let next = line[name.endIndex...].first, next == UInt8(ascii: "(") || next == UInt8(ascii: " ") else {
                return nil
            }
            return String(decoding: name, as: UTF8.self)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), 0x80...0xFF: true
        default: false
        }
    }
}
