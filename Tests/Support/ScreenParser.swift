extension Screen {
    /// Cuts what a terminal receives into characters and codes.
    struct Parser {
        struct Sequence {
            var numbers: [Int] = []
            var isPrivate = false
            var final: UInt8 = 0
        }

        enum Token {
            case scalar(Unicode.Scalar)
            case control(UInt8)
            case escape(UInt8)
            case sequence(Sequence)
        }

        private enum State {
            case ground
            case escape
            case charset
            case sequence
            case command
            case commandEscape
        }

        private var state = State.ground
        private var parameters = ""
        private var pending: [UInt8] = []

        mutating func take(_ byte: UInt8) -> Token? {
            switch state {
            case .ground: return ground(byte)
            case .escape: return afterEscape(byte)
            case .charset:
                state = .ground
                return nil
            case .sequence: return inSequence(byte)
            case .command:
                if byte == 0x07 { state = .ground } else if byte == 0x1b { state = .commandEscape }
                return nil
            case .commandEscape:
                state = .ground
                return nil
            }
        }

        private mutating func ground(_ byte: UInt8) -> Token? {
            if byte == 0x1b {
                state = .escape
                return nil
            }
            if byte < 0x20 || byte == 0x7f { return .control(byte) }
            pending.append(byte)
            if let text = String(validating: pending, as: UTF8.self), let scalar = text.unicodeScalars.first {
                pending = []
                return .scalar(scalar)
            }
            if pending.count < 4 { return nil }
            pending = []
            return .scalar("\u{fffd}")
        }

        private mutating func afterEscape(_ byte: UInt8) -> Token? {
            parameters = ""
            switch byte {
            case UInt8(ascii: "["): state = .sequence
            case UInt8(ascii: "]"): state = .command
            case UInt8(ascii: "("), UInt8(ascii: ")"): state = .charset
            default:
                state = .ground
                return .escape(byte)
            }
            return nil
        }

        private mutating func inSequence(_ byte: UInt8) -> Token? {
            guard (0x40...0x7e).contains(byte) else {
                parameters.unicodeScalars.append(UnicodeScalar(byte))
                return nil
            }
            state = .ground
            var sequence = Sequence()
            sequence.isPrivate = parameters.hasPrefix("?") || parameters.hasPrefix(">")
            sequence.numbers = parameters.drop { !$0.isNumber && $0 != ";" }.split(
                separator: ";", omittingEmptySubsequences: false
            ).compactMap { $0.isEmpty ? 0 : Int($0) }
            if parameters.isEmpty { sequence.numbers = [] }
            sequence.final = byte
            return .sequence(sequence)
        }
    }
}
