import CLibedit

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension LineEditor {
    /// The state of one call of libedit.
    struct Reading {
        enum Outcome {
            case interrupted
            case endOfFile
        }

        let signals = PromptSignals()
        let promptContinues: Bool
        /// Why no more keys come.
        var outcome: Outcome?
    }

    /// Keys that nobody has: C1 controls, which no keyboard sends, bound to what a key function has to ask libedit for.
    enum PrivateKey {
        static let viCommandMode = "\u{81}"
        static let newline = "\u{82}"
        static let mark: Unicode.Scalar = "\u{83}"
    }

    /// libedit's way to a key, in place of its own reader: that one has no hook for what must happen when the line has
    /// just been drawn, and runs its answers to signals inside the handlers.
    ///
    /// - Returns: 1 and a character, 0 at the end of the input, -1 if Ctrl-C came first.
    func reader(_ place: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        if !isInputWaiting(milliseconds: 0) { drawOver() }
        guard let place else { return 0 }
        guard var scalar = readScalar() else {
            errno = EINTR
            return reading?.outcome == .interrupted ? -1 : 0
        }
        // A mark typed at the end of the line is taken for a character of one column; inserted by a key function, with
        // a full refresh, for one of none.
        if scalar.value >= 0x300 && Layout.columns(scalar) == 0 {
            pendingMark = scalar
            scalar = PrivateKey.mark
        }
        place.pointee = wchar_t(bitPattern: scalar.value)
        return 1
    }

    /// The next character; nil at the end of the input and after Ctrl-C, when `reading.outcome` says which. Bytes that
    /// are no UTF-8 are passed over.
    func readScalar() -> Unicode.Scalar? {
        var lead = readByte()
        while let byte = lead {
            if byte < 0x80 { return Unicode.Scalar(byte) }
            lead = nil
            var bytes = [byte]
            let count = isUTF8 ? Self.sequenceLength(lead: byte) : 1
            while bytes.count < count, let next = readByte() {
                // A byte that does not go on with the character may begin another.
                if next & 0xc0 != 0x80 {
                    lead = next
                    break
                }
                bytes.append(next)
            }
            if reading?.outcome != nil { return nil }
            if count > 1, let text = String(validating: bytes, as: UTF8.self) { return text.unicodeScalars.first }
            lead = lead ?? readByte()
        }
        return nil
    }

    private static func sequenceLength(lead: UInt8) -> Int {
        switch lead {
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 1
        }
    }

    private func readByte() -> UInt8? {
        while reading?.outcome == nil {
            guard waitForInput() else { continue }
            var byte: UInt8 = 0
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            reading?.outcome = .endOfFile
        }
        return nil
    }

    /// Waits for a byte or a signal, and answers the signal.
    private func waitForInput() -> Bool {
        guard let signals = reading?.signals else { return false }
        var mask = signals.outside
        let ready = grad_wait_for_input(&mask)
        if interrupt.take() {
            reading?.outcome = .interrupted
            return false
        }
        for signal in signals.takeArrivals() { answer(signal, signals) }
        return ready > 0
    }

    private func answer(_ signal: Int32, _ signals: PromptSignals) {
        switch signal {
        case PromptSignals.resize:
            followWidth()
        case PromptSignals.resume:
            takeTerminal()
        case PromptSignals.stop:
            giveTerminalBack()
            signals.deliver(signal)
            // Where nobody would continue it the program does not stop at all.
            if !signals.isPending(PromptSignals.resume) { takeTerminal() }
        default:
            giveTerminalBack()
            signals.deliver(signal)
        }
    }

    /// Draws the line anew for the width the screen has now. The rows are counted as a terminal has them that breaks
    /// long lines anew when its width changes, as nearly all do.
    private func followWidth() {
        guard movesCursor else {
            el_resize(el)
            return
        }
        drawnWidth = Terminal.width()
        eraseLine()
        el_resize(el)
        grad_el_refresh(el)
        drawOver()
    }

    private func giveTerminalBack() {
        write(toTheEnd() + "\r\n" + (movesCursor ? Self.pasteMarksOff : ""))
        grad_el_prepare_terminal(el, 0)
    }

    private func takeTerminal() {
        grad_el_prepare_terminal(el, 1)
        drawnWidth = Terminal.width()
        el_resize(el)
        write(movesCursor ? Self.pasteMarksOn : "")
        grad_el_refresh(el)
        drawOver()
    }

    /// Whether a byte comes within the time.
    func isInputWaiting(milliseconds: Int32) -> Bool {
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return poll(&input, 1, milliseconds) > 0
    }
}
