import Syntax

/// The files that a program imports: read, parsed and resolved before it runs, so that their names are known, and run once when its
/// `import` is reached.
final class Imports {
    struct Module {
        let program: Program
        let resolution: Resolution
        /// The top-level names, those of its own imports included.
        let names: [Name]
    }

    /// By path: read, and not yet run.
    private(set) var waiting: [String: Module] = [:]
    /// Being read, outermost first, so that a circle is found.
    var reading: [String] = []

    func add(_ module: Module, at path: String) { waiting[path] = module }
    func forget(_ path: String) { waiting[path] = nil }

    /// A relative path counts from the folder of the file that names it.
    static func resolve(_ path: String, from importer: String) -> String {
        if path == "~" || path.hasPrefix("~/") { return path }
        guard !path.hasPrefix("/"), let slash = importer.lastIndex(of: "/") else { return normal(path) }
        return normal(importer[...slash] + path)
    }

    /// Without `.` and `..`, so that a file has one path.
    private static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        let joined = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
        return joined.isEmpty && !path.isEmpty ? "." : joined
    }
}

extension Interpreter {
    /// Reads what a program imports; the names that each `import` introduces, by its place.
    func readImports(of program: Program, _ diagnostics: inout [Diagnostic]) -> [Span: [Name]] {
        var names: [Span: [Name]] = [:]
        for case .importFile(let path, let span) in program.statements {
            do {
                names[span] = try readImport(path, span, &diagnostics)
            } catch {
                diagnostics.append(error)
            }
        }
        return names
    }

    private func readImport(_ path: String, _ span: Span, _ diagnostics: inout [Diagnostic]) throws(Diagnostic) -> [Name] {
        let resolved = importedPath(path, span)
        if globals.importedFiles.contains(resolved) { return [] }
        if let module = imports.waiting[resolved] { return module.names }
        guard !imports.reading.contains(resolved) else {
            throw Diagnostic(
                "`\(path)` imports itself", at: span, hints: ["by way of \((imports.reading + [resolved]).joined(separator: ", then "))"])
        }
        let source = addSource(name: resolved, bytes: try readFile(resolved, path, span))
        if var tooLong = tooLong(source) {
            tooLong.span = span
            throw tooLong
        }
        imports.reading.append(resolved)
        defer { imports.reading.removeLast() }
        let parsed = parse(source)
        var found = parsed.diagnostics
        var names: [Name] = []
        if !found.hasErrors {
            let (resolution, problems, introduced) = resolve(parsed.program)
            found += problems
            names = introduced
            if let resolution {
                imports.add(Imports.Module(program: parsed.program, resolution: resolution, names: names), at: resolved)
            }
        }
        if !found.isEmpty { found[0].labels.append(.init(span, "imported here")) }
        diagnostics += found
        return names
    }

    private func readFile(_ resolved: String, _ path: String, _ span: Span) throws(Diagnostic) -> [UInt8] {
        guard let read = machine.environment.loadFile else {
            throw Diagnostic("`import` is not allowed here", at: span, hints: ["the host of this session gives no access to files"])
        }
        do {
            return try read(resolved)
        } catch {
            throw Diagnostic(
                "`\(path)` cannot be read: \(error)", at: span, hints: resolved == path ? [] : ["it was looked for as `\(resolved)`"])
        }
    }

    func importedPath(_ path: String, _ span: Span) -> String {
        Imports.resolve(path, from: source(span.source)?.name ?? "")
    }

    /// Runs another file's statements, once, in this session's top level; its bare values are not shown.
    func importFile(_ path: String, _ span: Span) throws {
        let resolved = importedPath(path, span)
        guard let module = imports.waiting[resolved] else { return }
        imports.forget(resolved)
        do {
            _ = try execute(module.program, module.resolution) { _ in }
        } catch var diagnostic as Diagnostic {
            diagnostic.labels.append(.init(span, "imported here"))
            throw diagnostic
        }
        globals.importedFiles.insert(resolved)
    }
}
