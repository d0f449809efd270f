#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import GradREPL
import Runtime
import Syntax

let arguments = CommandLine.arguments.dropFirst()
if arguments.isEmpty, Terminal.current().isInteractive { exit(REPL().run()) }
let environment = Environment(
    print: { print($0) }, note: { print("note: \($0.message)") })
let interpreter = Interpreter(environment: environment)
func bytes(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { result += buffer[..<count] }
    return result
}
let source = arguments.first == "-e"
    ? interpreter.addSource(name: "<expression>", bytes: Array((arguments.dropFirst().first ?? "").utf8))
    : interpreter.addSource(name: arguments.first ?? "", bytes: bytes(arguments.first ?? ""))
let outcome = interpreter.run(source) { event in
    if case .value(let value) = event { print(interpreter.machine.style.describe(value)) }
}
@MainActor func show(_ d: Diagnostic) {
    let place = d.span.flatMap { s in interpreter.source(s.source).map { "\($0.name):\($0.location(of: Int(s.start)))" } } ?? ""
    print("\(d.severity): \(d.message) at \(place) \(d.hints) \(d.stack.map(\.function))")
}
switch outcome {
case .finished: exit(0)
case .rejected(let all):
    all.forEach(show)
    exit(65)
case .failed(let one):
    show(one)
    exit(70)
case .interrupted: exit(130)
}
