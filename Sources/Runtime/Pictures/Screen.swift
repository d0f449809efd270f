/// What a host shows pictures on.
package struct Screen: Sendable {
    /// In characters.
    package var width: Int
    package var height: Int
    package var color: Bool
    /// Braille and box characters; plain ASCII otherwise.
    package var unicode: Bool

    package init(width: Int = 80, height: Int = 24, color: Bool = false, unicode: Bool = true) {
        (self.width, self.height, self.color, self.unicode) = (width, height, color, unicode)
    }
}

/// A terminal on which one picture can take the place of another.
package struct Stage {
    /// Writes text as it is, at once.
    package let write: (String) -> Void
    /// Waits so many seconds, or until the person interrupts.
    package let pause: (Double) -> Void

    package init(write: @escaping (String) -> Void, pause: @escaping (Double) -> Void) {
        (self.write, self.pause) = (write, pause)
    }
}
