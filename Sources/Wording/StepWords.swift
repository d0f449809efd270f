/// What `explain` says of an update.
package struct StepWords: Sendable {
    package let falls = Message("{loss} falls as {name} grows", pt: "{loss} diminui quando {name} cresce")
    package let rises = Message("{loss} rises as {name} grows", pt: "{loss} aumenta quando {name} cresce")
    package let flat = Message("{loss} is level here", pt: "{loss} não varia aqui")
    package let down = Message("down {amount} ({percent} %)", pt: "diminui {amount} ({percent} %)")
    package let up = Message("up {amount} ({percent} %)", pt: "aumenta {amount} ({percent} %)")
    package let unchanged = Message("unchanged", pt: "sem mudança")
}
