import Measures

extension EvaluateCommand {
    /// Temperatures of a path of annealed importance sampling where no number is given, and at most: moves are told apart by numbers of random streams.
    public static let standardTemperatures = AnnealedImportance.Settings().temperatures
    public static let mostTemperatures = 1_000_000

    /// The usual settings but for the number of temperatures.
    public static func annealing(temperatures: Int) -> AnnealedImportance.Settings {
        var settings = AnnealedImportance.Settings()
        settings.temperatures = temperatures
        return settings
    }
}
