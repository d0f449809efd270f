import Runtime
import Syntax

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Inputs made by seed: programs from the grammar, mutations of programs that are right, and files cut at every byte.
package enum Generators {
    package struct Options {
        /// The first seed.
        var seed = 0
        var seconds = 10.0
        /// At most this many, when it is given; for the repetition of one, 1.
        var count = Int.max
        /// Where the input under way lies, so that it is there when the process is not.
        var file = "fuzz-input.grad"
        /// Whether to print why programs were rejected.
        var tellsRefusals = false

        package init(_ words: [String]) {
            for word in words {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { continue }
                switch parts[0] {
                case "-seed": seed = Int(parts[1]) ?? seed
                case "-seconds": seconds = Double(parts[1]) ?? seconds
                case "-count": count = Int(parts[1]) ?? count
                case "-file": file = parts[1]
                case "-refusals": tellsRefusals = parts[1] == "1"
                default: break
                }
            }
        }
    }

    /// What became of the programs tried.
    package struct Report: CustomStringConvertible {
        package var tried = 0
        package var finished = 0
        /// Refused before they ran.
        package var rejected = 0
        /// Ended in a message as they ran.
        package var failed = 0
        /// Broken properties, each with its seed and the program.
        package var faults: [String] = []

        package var description: String {
            "\(tried) programs: \(finished) finished, \(failed) failed with a message, \(rejected) were rejected"
                + (faults.isEmpty ? "" : ", \(faults.count) broke a property:\n\(faults.joined(separator: "\n"))")
        }
    }

    package static func grammar(_ options: Options) -> Report {
        let functions = Signature.ofLanguage()
        return each(options) { seed in
            var grammar = Grammar(seed: seed, functions: functions)
            return Array(grammar.program().utf8)
        }
    }

    /// Two programs of a corpus spliced, bytes and lines changed.
    package static func mutate(_ options: Options, folders: [String]) -> Report {
        // In an order of names, so that a seed is the same program everywhere.
        let corpus = folders.flatMap(programs)
        guard !corpus.isEmpty else {
            print("no programs in \(folders)")
            exit(66)
        }
        return each(options) { seed in
            var dice = Dice(seed)
            return mutation(of: dice.pick(corpus), dice.pick(corpus), &dice)
        }
    }

    private static func mutation(of first: [UInt8], _ second: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var lines = first.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
        let others = second.split(separator: 10).map(Array.init)
        for _ in 0..<(1 + dice.roll(5)) where !lines.isEmpty {
            let at = dice.roll(lines.count)
            switch dice.roll(6) {
            case 0: lines.remove(at: at)
            case 1: lines.swapAt(at, dice.roll(lines.count))
            case 2 where !others.isEmpty: lines.insert(dice.pick(others), at: at)
            case 3: lines[at] = replacedNumber(lines[at], &dice)
            case 4 where !lines[at].isEmpty: lines[at].remove(at: dice.roll(lines[at].count))
            default:
                if !lines[at].isEmpty { lines[at][dice.roll(lines[at].count)] = dice.pick(Array("()[]{},.:+-*/^@'\"019 ex".utf8)) }
            }
        }
        return Array(lines.joined(separator: [10]))
    }

    /// One of a line's digits becomes another number.
    private static func replacedNumber(_ line: [UInt8], _ dice: inout Dice) -> [UInt8] {
        let digits = line.indices.filter { line[$0] >= 48 && line[$0] < 58 }
        guard !digits.isEmpty else { return line }
        var line = line
        let at = dice.pick(digits)
        let number = dice.pick(["1e12", "-1", "0", "nan", "inf", "1e15", "0.5", "1e308", "2147483648", "9007199254740992", "[]", "\"s\""])
        line.replaceSubrange(at...at, with: Array(number.utf8))
        return line
    }

    /// Ends with the first program that breaks a property, which then stays in the file.
    private static func each(_ options: Options, _ make: (Int) -> [UInt8]) -> Report {
        let start = Checks.now()
        var report = Report()
        while Checks.now() - start < options.seconds, report.tried < options.count {
            let seed = options.seed + report.tried, bytes = make(seed)
            report.tried += 1
            write(bytes, options.file)
            do {
                _ = try Checks.parse(bytes)
                _ = try Checks.format(bytes)
                switch try Checks.run(bytes) {
                case .finished: report.finished += 1
                case .rejected(let found):
                    report.rejected += 1
                    if options.tellsRefusals { print("\(seed): \(found[0].message)") }
                case .failed: report.failed += 1
                case .interrupted: break
                }
            } catch {
                report.faults.append("seed \(seed): \(error)\n\(String(decoding: bytes, as: UTF8.self))")
                return report
            }
        }
        unlink(options.file)
        return report
    }

    /// Every file, whole and cut at every byte, and with every byte changed in a few ways, through the loader of its ending.
    package static func truncate(files: [String]) throws {
        var count = 0
        for file in files {
            guard let name = file.split(separator: ".").last, let check = Checks.byName.first(where: { $0.name == name })?.check,
                let bytes = read(file)
            else { continue }
            for length in 0...bytes.count {
                _ = try check(Array(bytes.prefix(length)))
                count += 1
                guard length < bytes.count else { continue }
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF, bytes[length] ^ 1] {
                    var changed = bytes
                    changed[length] = value
                    _ = try check(changed)
                    count += 1
                }
            }
        }
        print("\(count) files from \(files.count)")
    }

    // MARK: Files

    private static func programs(_ folder: String) -> [[UInt8]] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            })
        }
        var result: [[UInt8]] = []
        for name in names.sorted() {
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if name.hasSuffix(".grad") { result += read(path).map { [$0] } ?? [] } else { result += programs(path) }
        }
        return result
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var result: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&block, 1, block.count, file)
            if count == 0 { return result }
            result += block[..<count]
        }
    }

    private static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = fopen(path, "wb") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
