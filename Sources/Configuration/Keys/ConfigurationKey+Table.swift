import Formats

/// The tables of `Documentation/Configuration.md`, which `ebm-dist config --table` prints.
extension ConfigurationKey {
    public static var tables: String { groups.map(table).joined(separator: "\n\n") }

    private static func table(_ group: String) -> String {
        let rows = all.filter { $0.group == group }.map { key in
            let cells = ["`\(key.path)`", "\(key.allowed)", "`\(key.standard.text)`", key.comment]
            return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let need = groupNeeds[group].map { ["Needs \($0.words).", ""] } ?? []
        return (["### \(group)", ""] + need + ["| key | values | default | meaning |", "| --- | --- | --- | --- |"] + rows).joined(
            separator: "\n")
    }
}
