import Syntax

/// The part of the language that is written in the language: `prelude/*.grad`, embedded in the program.
enum Prelude {
    /// In the order in which they load; a file may use those before it.
    static let files: [(name: String, bytes: [UInt8])] = [
        ("losses.grad", PackageResources.losses_grad),
        ("linalg.grad", PackageResources.linalg_grad),
        ("rules.grad", PackageResources.rules_grad),
        ("schedules.grad", PackageResources.schedules_grad),
    ]

    /// Runs the files in a space of names of their own and makes what they introduce part of the language.
    static func load(into interpreter: Interpreter) {
        for file in files {
            let source = interpreter.addSource(name: "prelude/\(file.name)", bytes: file.bytes)
            interpreter.runPrelude(source)
        }
    }
}
