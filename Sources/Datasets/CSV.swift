import CLibcsv
import Tensors

/// Reads comma-separated values strictly, by libcsv: quotes must close, and all rows have as many fields as the first.
package enum CSV {
    package struct Options: Sendable {
        /// Whether the first row holds names; `nil` finds out: it does if none of its fields is a number, and one at least is a word.
        package var header: Bool?
        /// `nil` finds out: the one of `, ; tab |` that the first line has most of. A space stands for any run of spaces and tabs.
        package var separator: UInt8?
        /// What stands before the fraction of a number, a point or a comma.
        package var decimal = UInt8(ascii: ".")
        /// Fields that stand for nothing, besides the empty one; `nil` takes the usual marks.
        package var missing: [String]?

        package init(header: Bool? = nil, separator: UInt8? = nil) { (self.header, self.separator) = (header, separator) }
    }

    /// - Parameter goesOn: told now and then how many bytes are read; reading ends with an error when it says no.
    package static func parse(
        _ bytes: [UInt8], _ options: Options = Options(), goesOn: (Int) -> Bool = { _ in true }
    ) throws(DataError) -> Table {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw DataError("the text is in UTF-16", hint: "store it as UTF-8")
        }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let separator = options.separator ?? guessedSeparator(bytes[start...])
        let text = separator == 0x20 ? spaced(bytes[start...]) : bytes
        let body = separator == 0x20 ? text[...] : text[start...]
        // Nearly always once: only a column that turns out to be text after numbers has to be read again as text.
        var known: Set<Int> = []
        while true {
            let receiver = CSVReceiver(options, texts: known)
            try read(body, separator, into: receiver, goesOn)
            let conflicts = receiver.conflicts
            if conflicts.isEmpty { return try receiver.table() }
            known.formUnion(conflicts)
        }
    }

    private static func guessedSeparator(_ bytes: ArraySlice<UInt8>) -> UInt8 {
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
        var counts = [Int](repeating: 0, count: 256)
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
            counts[Int(byte)] += 1
        }
        // The first of those that are level.
        return candidates.reversed().max { counts[Int($0)] < counts[Int($1)] } ?? UInt8(ascii: ",")
    }

    /// Each run of blanks as one space, none at the ends of lines.
    private static func spaced(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isWaiting = false
        for byte in bytes {
            switch byte {
            case 0x20, 0x09: isWaiting = true
            case 0x0A, 0x0D:
                isWaiting = false
                result.append(byte)
            default:
                if isWaiting, let last = result.last, last != 0x0A, last != 0x0D { result.append(0x20) }
                isWaiting = false
                result.append(byte)
            }
        }
        return result
    }

    // MARK: libcsv

    /// Bytes between two looks at whether to go on.
    private static let chunk = 1 << 20

    private static func read(
        _ bytes: ArraySlice<UInt8>, _ separator: UInt8, into receiver: CSVReceiver, _ goesOn: (Int) -> Bool
    ) throws(DataError) {
        var parser = csv_parser()
        guard csv_init(&parser, UInt8(CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL | CSV_APPEND_NULL | CSV_REPALL_NL)) == 0 else {
            throw DataError("there is no memory to read the file")
        }
        defer { csv_free(&parser) }
        csv_set_delim(&parser, separator)
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let end = min(position + chunk, bytes.endIndex)
            let parsed = bytes[position..<end].withUnsafeBytes {
                csv_parse(&parser, $0.baseAddress, $0.count, takeField, takeRow, context)
            }
            if let error = receiver.error { throw error }
            guard parsed == end - position, csv_error(&parser) == 0 else {
                throw receiver.fault("a quote stands where none belongs", hint: "inside quotes write a quote twice")
            }
            position = end
            guard goesOn(position - bytes.startIndex) else { throw DataError("reading was stopped") }
        }
        let end = csv_fini(&parser, takeField, takeRow, context)
        if let error = receiver.error { throw error }
        guard end == 0 else { throw receiver.fault("a quote is never closed") }
    }

    private static let takeField: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = { field, count, context in
        guard let context else { return }
        Unmanaged<CSVReceiver>.fromOpaque(context).takeUnretainedValue().take(UnsafeRawBufferPointer(start: field, count: field == nil ? 0 : count))
    }

    private static let takeRow: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { end, context in
        guard let context else { return }
        Unmanaged<CSVReceiver>.fromOpaque(context).takeUnretainedValue().endRow(end)
    }
}
