namespace OverHttp;

/// <summary>A message that is refused: a status code, and what would be right.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>Gets the status code.</summary>
    public int Status => status;
}
