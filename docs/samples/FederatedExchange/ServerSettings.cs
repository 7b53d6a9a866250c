using System.ComponentModel.DataAnnotations;

namespace OverHttp;

/// <summary>The arguments of the server, beside those of ASP.NET Core such as <c>--urls</c>.</summary>
internal sealed class ServerSettings
{
    /// <summary>Gets the number of clients.</summary>
    [Range(2, 100)]
    public int Clients { get; init; } = 2;

    /// <summary>Gets the directory of the models that arrive; it must be empty.</summary>
    [Required]
    public string Directory { get; init; } = "federated-server";
}
