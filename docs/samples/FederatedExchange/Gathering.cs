namespace OverHttp;

/// <summary>The models of the clients that are expected, of which each sends one.</summary>
internal sealed class Gathering(string directory, int clients, IReadOnlyList<int> expected)
{
    private readonly Lock _turn = new();
    private readonly SortedSet<int> _arrived = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the numbers of the clients whose models have arrived.</summary>
    public int[] Arrived
    {
        get
        {
            lock (_turn)
            {
                return [.. _arrived];
            }
        }
    }

    /// <summary>Gets a task that ends when all models have arrived.</summary>
    public Task Complete => _complete.Task;

    /// <summary>Gets the clients that are expected.</summary>
    public IReadOnlyList<int> Expected => expected;

    /// <summary>Returns the file of a client.</summary>
    public string PathOf(int client) => Path.Combine(directory, $"client-{client}.safetensors");

    /// <summary>Refuses a client that is not expected, or whose model is there.</summary>
    /// <exception cref="RefusedException">It is another one.</exception>
    public void RequireMissing(int client)
    {
        RequireKnown(client);
        lock (_turn)
        {
            if (!expected.Contains(client) || _arrived.Contains(client))
            {
                string missing = string.Join(", ", expected.Except(_arrived));
                throw new RefusedException(
                    StatusCodes.Status409Conflict, $"Each client sends one model: those of [{missing}] are missing, and not that of {client}.");
            }
        }
    }

    /// <summary>Refuses a number that no client has.</summary>
    /// <exception cref="RefusedException">It is another one.</exception>
    public void RequireKnown(int client)
    {
        if (client >= clients)
        {
            throw new RefusedException(StatusCodes.Status404NotFound, $"Clients have the numbers 0 to {clients - 1}, but this one is {client}.");
        }
    }

    /// <summary>Takes a file that has been written aside and checked.</summary>
    /// <exception cref="RefusedException">The client is not expected, or its model is there.</exception>
    public void Keep(int client, string aside)
    {
        lock (_turn)
        {
            RequireMissing(client);
            File.Move(aside, PathOf(client));
            _arrived.Add(client);
            if (_arrived.Count == expected.Count)
            {
                _complete.SetResult();
            }
        }
    }
}
