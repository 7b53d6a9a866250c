using System.ComponentModel.DataAnnotations;

namespace OverHttp;

/// <summary>The arguments of a client.</summary>
internal sealed class ClientSettings
{
    /// <summary>Gets the number of the client, from 0.</summary>
    [Required]
    [Range(0, 99)]
    public int? Number { get; init; }

    /// <summary>Gets the address of the server.</summary>
    [Required]
    public Uri? Server { get; init; }

    /// <summary>Gets the directory of the models that the client makes and receives; <c>federated-client-</c> and the number if not given.</summary>
    public string? Directory { get; init; }

    /// <summary>Gets for how many seconds the client waits for the others.</summary>
    [Range(1, 86_400)]
    public int Patience { get; init; } = 600;
}
