using System.ComponentModel.DataAnnotations;

namespace OverHttp;

/// <summary>Reads and validates arguments.</summary>
internal static class Settings
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ValidationException">One is missing or out of range; the message names it.</exception>
    public static T Read<T>(IConfiguration configuration)
        where T : class, new()
    {
        T settings = configuration.Get<T>() ?? new();
        Validator.ValidateObject(settings, new ValidationContext(settings), validateAllProperties: true);
        return settings;
    }
}
