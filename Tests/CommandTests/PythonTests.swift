import Foundation
import Testing

extension CommandTests {
    /// The package of python/, against the built program. `EBM_DIST_PYTHON` names a Python that has its packages (`pip install './python[all,test]'`);
    /// else python3 is asked. What it cannot try, it says.
    @Suite(.serialized) struct PythonTests {
        private static let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../python/tests").standardized.path

        static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("test_") }.sorted()

        @Test func `the package has tests`() { #expect(Self.files.count >= 6, "\(Self.files)") }

        @Test(arguments: files) func `the tests of the Python package pass`(_ file: String) {
            let folder = Scratch()
            let python = ProcessInfo.processInfo.environment["EBM_DIST_PYTHON"] ?? "python3"
            let environment = ["EBM_DIST": Program.path, "PYTHONDONTWRITEBYTECODE": "1"]
            let result = RunningProgram(command: [python, Self.folder, file], environment: environment, in: folder).wait(timeout: 900)
            var lacks = result.output.split(separator: "\n").filter { $0.hasPrefix("skipped: ") }
            // 127: there is no such program.
            if result.exitCode == 127 { lacks = ["skipped: \(file): there is no \(python)"] }
            for line in lacks { print("\(line); another Python is named with EBM_DIST_PYTHON") }
            #expect(result.exitCode == 0 || result.exitCode == 127, "\(result.summary)")
        }
    }
}
