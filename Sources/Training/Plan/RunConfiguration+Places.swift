import Configuration
import Datasets
import Foundation

extension RunConfiguration {
    /// As a run folder keeps it: with the paths of the data, or of a library, from the root, so that a later start in another folder finds them. Built-in names stand.
    var withPlacesFromRoot: RunConfiguration {
        var placed = self
        placed.data.source = Self.fromRoot(data.source)
        placed.energy.library = energy.library.map(Self.fromRoot)
        placed.condition.source = condition.source.map(Self.fromRoot)
        if case .path(let path)? = data.validation { placed.data.validation = .path(Self.fromRoot(path)) }
        return placed
    }

    private static func fromRoot(_ source: String) -> String {
        guard !source.hasPrefix("/"), !DataSource.builtInNames.contains(source) else { return source }
        // Links and ".." stay as they are: what a link points to may change, and the file behind it is meant.
        let path = source.hasPrefix("./") ? String(source.dropFirst(2)) : source
        return "\(FileManager.default.currentDirectoryPath)/\(path)"
    }
}
