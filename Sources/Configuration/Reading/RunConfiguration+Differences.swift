/// What tells runs apart.
extension RunConfiguration {
    /// The keys that touch what is learned, and not only how long, how fast or what is shown, and that have an effect beside the others.
    package var effectiveKeys: [ConfigurationKey] { ConfigurationKey.all.filter { $0.continuation != .free && meets($0.needs) } }

    /// The keys that are effective in one of the configurations at least and have not the same value in all of them.
    package static func differences(among configurations: [RunConfiguration]) -> [ConfigurationKey] {
        let effective = Set(configurations.flatMap { $0.effectiveKeys.map(\.path) })
        return ConfigurationKey.all.filter { key in
            effective.contains(key.path) && Set(configurations.map { $0[key.path] }).count > 1
        }
    }
}
