package import Syntax

// Files as programs name them: a relative path counts from the folder of the file in which it is written, as in `import`; at the
// prompt, from the current folder.

extension Machine {
    /// Where a path that is written at `span` leads.
    package func filePath(_ path: String, at span: Span) -> String { Imports.resolve(path, from: source(span.source)?.name ?? "") }

    /// The bytes of a file.
    package func readFile(_ path: String, at span: Span) throws -> [UInt8] {
        guard let read = environment.readFile else {
            throw Diagnostic("files cannot be read here", at: span, hints: ["the host of this session gives no access to files"])
        }
        let resolved = filePath(path, at: span)
        do {
            return try read(resolved)
        } catch {
            throw Diagnostic("`\(path)` cannot be read: \(error)", at: span, hints: Machine.whereabouts(path, resolved))
        }
    }

    /// Puts bytes into a file's place, whole or not at all.
    package func writeFile(_ path: String, _ bytes: [UInt8], at span: Span) throws {
        guard let write = environment.writeFile else {
            throw Diagnostic("files cannot be written here", at: span, hints: ["the host of this session gives no access to files"])
        }
        let resolved = filePath(path, at: span)
        do {
            try write(resolved, bytes)
        } catch {
            throw Diagnostic("`\(path)` cannot be written: \(error)", at: span, hints: Machine.whereabouts(path, resolved))
        }
    }

    private static func whereabouts(_ path: String, _ resolved: String) -> [String] {
        resolved == path ? [] : ["that is `\(resolved)`: a relative path counts from the folder of the program's file"]
    }
}
