using System.Globalization;
using System.Security.Cryptography;

namespace Distillation.Mpi.Worker;

/// <summary>A line of output, in a file of this process: launchers mix the standard outputs of ranks.</summary>
internal static class Line
{
    public static void Write(params object[] fields) =>
        File.AppendAllText(
            Path.Combine(Environment.GetEnvironmentVariable("DISTILLATION_WORKER_OUTPUT")!, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)),
            $"{string.Join('|', fields.Select(field => Convert.ToString(field, CultureInfo.InvariantCulture)))}\n");

    /// <summary>Returns all parameters, in base 64.</summary>
    public static string Weights(torch.nn.Module module)
    {
        using var scope = torch.NewDisposeScope();
        return Convert.ToBase64String(torch.cat([.. module.parameters().Select(parameter => parameter.detach().flatten())]).bytes);
    }

    /// <summary>Returns the digest of all parameters and buffers.</summary>
    public static string Digest(torch.nn.Module module)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor tensor in module.parameters().Concat(module.buffers()))
        {
            using Tensor detached = tensor.detach();
            digest.AppendData(detached.bytes);
        }

        return Text(digest.GetHashAndReset());
    }

    /// <summary>Returns the digest of a tensor.</summary>
    public static string Digest(Tensor tensor) => Text(SHA256.HashData(tensor.bytes));

    private static string Text(byte[] digest) => Convert.ToHexStringLower(digest)[..16];
}
