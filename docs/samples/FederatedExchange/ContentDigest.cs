using System.Buffers;
using System.Security.Cryptography;

namespace OverHttp;

/// <summary>The header <c>Content-Digest</c> of a message (RFC 9530), with SHA-256: <c>sha-256=:…:</c>, where the digest is in base64.</summary>
internal static class ContentDigest
{
    /// <summary>The name of the header.</summary>
    public const string Header = "Content-Digest";

    private const string Prefix = "sha-256=:";

    /// <summary>Computes the header of a file.</summary>
    public static async Task<string> OfAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        return Format(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>Formats a digest as the header.</summary>
    public static string Format(byte[] digest) => $"{Prefix}{Convert.ToBase64String(digest)}:";

    /// <summary>Copies a message to a file, and verifies its size and its digest.</summary>
    /// <param name="from">The body.</param>
    /// <param name="path">The file, which must not be there. If anything fails, it is not there afterward.</param>
    /// <param name="header">The header that came with the message.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="RefusedException">There is no digest, it is another one, or the message is too large.</exception>
    public static async Task ReceiveAsync(Stream from, string path, string? header, CancellationToken cancellationToken)
    {
        if (header?.StartsWith(Prefix, StringComparison.Ordinal) != true)
        {
            throw new RefusedException(
                StatusCodes.Status400BadRequest, $"The header {Header} must have the SHA-256 of the message, as '{Prefix}base64:', but is '{header}'.");
        }

        try
        {
            string actual;
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
            {
                actual = Format(await CopyAsync(from, file, cancellationToken));
            }

            if (actual != header)
            {
                throw new RefusedException(StatusCodes.Status400BadRequest, $"The message has the digest '{actual}', but its header {Header} is '{header}'.");
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    // Writes no more than the agreed size, whatever Content-Length is.
    private static async Task<byte[]> CopyAsync(Stream from, FileStream to, CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long length = 0;
            while (await from.ReadAsync(buffer, cancellationToken) is > 0 and int read)
            {
                length += read;
                RequireSize(length);
                digest.AppendData(buffer, 0, read);
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return digest.GetHashAndReset();
    }

    /// <summary>Refuses a message that is too large.</summary>
    /// <exception cref="RefusedException">It is larger than the agreement allows.</exception>
    public static void RequireSize(long length)
    {
        if (length > Agreement.MaxBytes)
        {
            throw new RefusedException(
                StatusCodes.Status413PayloadTooLarge, $"A message must have at most {Agreement.MaxBytes} bytes, but has {length} or more.");
        }
    }
}
