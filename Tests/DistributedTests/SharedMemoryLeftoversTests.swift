import Distributed
import Files
import Foundation
import Glibc
import Testing

@Suite(.serialized) struct SharedMemoryLeftoversTests {
    @Test func `only segments of this person that nobody uses are removed`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
        try FileSystem.makeFolders(folder)
        defer { try? FileSystem.removeAll(folder) }
        let user = getuid()
        let dead = ["vader_segment.host.\(user).40b00001.0", "vader_segment.a.host.with.points.\(user).1a.12"]
        let foreign = ["vader_segment.host.\(user + 1).40b00001.0", "vader_segment.\(user)", "other.host.\(user).1.0", "mine"]
        let used = "vader_segment.host.\(user).40b00001.1"
        for name in dead + foreign + [used] { try OpenFile("\(folder)/\(name)", O_RDWR | O_CREAT).close() }
        // As a rank holds it: mapped, and the descriptor closed.
        let descriptor = unsafe open("\(folder)/\(used)", O_RDWR)
        #expect(ftruncate(descriptor, 4096) == 0)
        let mapped = unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        close(descriptor)
        SharedMemoryLeftovers.remove(in: folder)
        #expect(try Set(FileSystem.names(in: folder)) == Set(dead + foreign + [used]), "young ones stay")
        SharedMemoryLeftovers.remove(in: folder, olderThan: -1)
        #expect(try Set(FileSystem.names(in: folder)) == Set(foreign + [used]))
        unsafe munmap(mapped, 4096)
        SharedMemoryLeftovers.remove(in: folder, olderThan: -1)
        #expect(try Set(FileSystem.names(in: folder)) == Set(foreign))
    }
}
