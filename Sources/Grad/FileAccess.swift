import Files

extension Session {
    /// Which files programs may read and write, by `import` and by functions that load and save data.
    ///
    /// ```swift
    /// let files = try Session.FileAccess.folder("/var/lessons/42")          // reading, and nothing outside
    /// let work = try Session.FileAccess.folder("/var/work/42", writing: true)
    /// let memory = Session.FileAccess.reading { path in try library(path) }
    /// let imports = Session.FileAccess.none.importing { path in try library(path) }
    /// ```
    public struct FileAccess {
        let read: ((String) throws -> [UInt8])?
        let write: ((String, [UInt8]) throws -> Void)?
        let load: ((String) throws -> [UInt8])?

        /// No files at all.
        public static var none: FileAccess { FileAccess(read: nil, write: nil, load: nil) }

        /// Whatever `read` gives for a path: from an archive, a database or memory.
        ///
        /// - Parameter read: The bytes of the file at a path, which is as the program writes it; relative paths of an imported file are
        ///   made relative to the file that imports. An error that it throws becomes an error of the program.
        public static func reading(_ read: @escaping (String) throws -> [UInt8]) -> FileAccess {
            FileAccess(read: read, write: nil, load: read)
        }

        /// The regular files in a folder, and in the folders within. What a path leads to decides: links and `..` are resolved first, and
        /// a path that ends outside of the folder is refused.
        ///
        /// - Parameters:
        ///   - path: The folder. Relative paths of a program count from it.
        ///   - writing: Whether programs may write there as well. A file is replaced as a whole or not at all.
        ///   - limit: How many bytes one file may have to be read.
        /// - Throws: A ``GradError`` if there is no such folder.
        public static func folder(_ path: String, writing: Bool = false, limit: Int = .max) throws(GradError) -> FileAccess {
            let folder: ConfinedFolder
            do throws(FileError) { folder = try ConfinedFolder(path) } catch {
                throw GradError(.failed, message: "the folder \(path) cannot be used: \(error)")
            }
            let read = { (file: String) throws -> [UInt8] in try folder.read(file, limit: limit) }
            return FileAccess(read: read, write: writing ? { file, bytes in try folder.write(file, bytes) } : nil, load: read)
        }

        /// The same, but what `import` gets is decided by `resolve` alone.
        public func importing(_ resolve: @escaping (String) throws -> [UInt8]) -> FileAccess {
            FileAccess(read: read, write: write, load: resolve)
        }

        /// The same, but without `import`.
        public var withoutImports: FileAccess { FileAccess(read: read, write: write, load: nil) }

        /// The same, and `write` is given what programs save.
        public func writing(_ write: @escaping (_ path: String, _ bytes: [UInt8]) throws -> Void) -> FileAccess {
            FileAccess(read: read, write: write, load: load)
        }

        private init(
            read: ((String) throws -> [UInt8])?, write: ((String, [UInt8]) throws -> Void)?, load: ((String) throws -> [UInt8])?
        ) {
            (self.read, self.write, self.load) = (read, write, load)
        }
    }
}
