import Distributed
import Failures
import Foundation
import Testing

@MainActor @Suite(.serialized) struct FileTests {
    let communicator = RankWorld.communicator
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    /// A fresh folder that all ranks use, removed at the end by rank 0.
    func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try communicator.fromRoot {
            let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return folder
        }
        try body(folder)
        try communicator.barrier()
        try communicator.onRoot { try FileManager.default.removeItem(atPath: folder) }
    }

    func content(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    /// How a message begins when a rank failed.
    func place(of rank: Int) -> String { size > 1 ? "rank \(rank): " : "" }

    /// Byte i of the file, so that every misplaced byte shows.
    func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 &+ index / 256 &+ 1) }

    func piece(_ range: Range<Int>) -> FilePiece { FilePiece(offset: range.lowerBound, bytes: range.map(byte)) }

    @Test func `shards interleaved over ranks make one file`() throws {
        try withFolder { folder in
            let path = folder + "/shared.bin"
            // Shards of 0, 37, 74, ... bytes in turn over the ranks, the last one written first; a gap of 5 bytes at the end.
            var start = 0
            var pieces: [FilePiece] = []
            for shard in 0..<20 {
                if shard % size == rank { pieces.insert(piece(start..<start + 37 * shard), at: 0) }
                start += 37 * shard
            }
            try communicator.write(pieces, to: path, size: start + 5)
            #expect(try content(of: path) == (0..<start).map(byte) + [0, 0, 0, 0, 0])
        }
    }

    @Test(arguments: RankWorld.Sharing.allCases, [1, 1000, 1 << 20])
    func `every rank finds the bytes of rank 0 in the file of its node, in however many pieces they travel`(
        sharing: RankWorld.Sharing, pieceLimit: Int
    ) throws {
        try RankWorld.sharing(sharing) {
            let (count, isRoot) = (pieceLimit == 1 ? 5 : 3001, rank == 0)
            let found = try communicator.withNodeFile(size: count, pieceLimit: pieceLimit) { range in
                #expect(isRoot, "others have no bytes")
                return range.map(byte)
            } _: { (path) throws(Failure) in
                (try? Data(contentsOf: URL(filePath: path)).prefix(count)).map { Array($0) }
            }
            #expect(found == (0..<count).map(byte))
        }
    }

    @Test func `only the last rank has bytes`() throws {
        try withFolder { folder in
            let path = folder + "/last"
            try communicator.write(rank == size - 1 ? [piece(0..<100)] : [], to: path, size: 100)
            #expect(try content(of: path) == (0..<100).map(byte))
        }
    }

    @Test func `an empty file is written`() throws {
        try withFolder { folder in
            try communicator.write([], to: folder + "/empty", size: 0)
            #expect(try content(of: folder + "/empty") == [])
        }
    }

    @Test func `an odd name is a name`() throws {
        try withFolder { folder in
            let path = folder + "/nfs:a b, %41 “ä”.bin"
            try communicator.write(rank == 0 ? [piece(0..<3)] : [], to: path, size: 3)
            #expect(try content(of: path) == (0..<3).map(byte))
        }
    }

    @Test func `a folder that does not exist fails everywhere alike`() throws {
        try withFolder { folder in
            let path = folder + "/missing/file"
            let failure = #expect(throws: Failure.self) { try communicator.write([piece(rank..<rank + 1)], to: path, size: size) }
            #expect(failure?.kind == .inputOutput)
            #expect(failure?.message.hasPrefix("\(place(of: 0))\(path): opening failed: No such file or directory") == true)
            #expect(communicator.agreedFailure == failure)
            try communicator.barrier()
        }
    }

    @Test func `a file that exists is not touched`() throws {
        try withFolder { folder in
            let path = folder + "/file"
            try communicator.write(rank == 0 ? [piece(0..<9)] : [], to: path, size: 9)
            let failure = #expect(throws: Failure.self) { try communicator.write([FilePiece(offset: rank, bytes: [7])], to: path, size: 9) }
            #expect(failure?.kind == .inputOutput)
            #expect(failure?.message.hasPrefix("\(place(of: 0))\(path): opening failed: File exists") == true)
            #expect(try content(of: path) == (0..<9).map(byte))
        }
    }

    /// The failure of a write by all ranks while a limit of the system is lowered on one of them.
    func failure(
        writing pieces: [FilePiece], to path: String, size: Int, _ resource: __rlimit_resource, _ value: UInt, onRank limited: Int
    ) -> Failure? {
        let resource = Int32(resource.rawValue)
        var usual = rlimit()
        unsafe getrlimit(resource, &usual)
        // Beyond the size limit a process gets a signal first.
        let handler = signal(SIGXFSZ, SIG_IGN)
        if rank == limited {
            var low = rlimit(rlim_cur: value, rlim_max: usual.rlim_max)
            unsafe setrlimit(resource, &low)
        }
        defer {
            unsafe setrlimit(resource, &usual)
            signal(SIGXFSZ, handler)
        }
        do {
            try communicator.write(pieces, to: path, size: size)
            return nil
        } catch {
            return error
        }
    }

    /// Rank 0 is left out: it would fail where it creates the file.
    @Test func `bytes that one rank cannot write fail everywhere alike`() throws {
        try withFolder { folder in
            for limited in 1..<max(2, size) where limited < size {
                let path = folder + "/file-\(limited)"
                // The limited rank may write the first 100 bytes of its 900, so the first call writes too little and the second fails.
                let failure = failure(
                    writing: [piece(900 * rank..<900 * (rank + 1))], to: path, size: 900 * size, RLIMIT_FSIZE, UInt(900 * limited + 100),
                    onRank: limited)
                let message = "rank \(limited): \(path): writing failed: File too large (errno 27). 900 bytes are needed. A file may have "
                #expect(failure?.kind == .inputOutput && failure?.message.hasPrefix(message) == true)
                try communicator.barrier()
            }
        }
    }

    @Test func `a rank that cannot open the file fails everywhere alike`() throws {
        try withFolder { folder in
            for limited in 1..<max(2, size) where limited < size {
                let path = folder + "/file-\(limited)"
                let failure = failure(writing: [piece(rank..<rank + 1)], to: path, size: size, RLIMIT_NOFILE, 3, onRank: limited)
                #expect(failure?.kind == .inputOutput)
                #expect(failure?.message.hasPrefix("rank \(limited): \(path): opening failed: Too many open files") == true)
                try communicator.barrier()
            }
        }
    }
}
