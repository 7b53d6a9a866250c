using System.Runtime.InteropServices;

namespace Distillation.Mpi.Native;

/// <summary>The functions of an MPI library that is installed.</summary>
internal sealed unsafe class MpiLibrary
{
    // MPI_THREAD_SERIALIZED: calls from several threads, one at a time.
    private const int Serialized = 2;
    private const int MaxVersionBytes = 8192;
    private const int LeaveTag = 7391;

    private readonly nint _library;
    private readonly delegate* unmanaged<nint*, int*, nint, int> _test;
    private readonly delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int> _iallreduce;
    private readonly delegate* unmanaged<nint, int, nint, int, nint, nint*, int> _ibcast;
    private readonly delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int> _ialltoall;
    private readonly delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int> _iallgather;

    private MpiLibrary(nint library, string path, string version, MpiHandles handles)
    {
        (_library, Path, Version) = (library, path, version);
        Handles = handles;
        _test = (delegate* unmanaged<nint*, int*, nint, int>)Function("MPI_Test");
        _iallreduce = (delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int>)Function("MPI_Iallreduce");
        _ibcast = (delegate* unmanaged<nint, int, nint, int, nint, nint*, int>)Function("MPI_Ibcast");
        _ialltoall = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int>)Function("MPI_Ialltoall");
        _iallgather = (delegate* unmanaged<nint, int, nint, nint, int, nint, nint, nint*, int>)Function("MPI_Iallgather");
    }

    /// <summary>Gets the path or the name by which the library was loaded.</summary>
    public string Path { get; }

    /// <summary>Gets its name and version, in a line.</summary>
    public string Version { get; }

    public MpiHandles Handles { get; }

    /// <summary>Loads the library of the launcher, or the one that is given.</summary>
    /// <exception cref="MpiException">There is none, or it has another interface.</exception>
    public static MpiLibrary Load(string? path, Launch launch)
    {
        // UCX reads them as it is loaded.
        NativeVariables.KeepSignals();
        string[] names = path is null ? LibraryNames.Of(launch.PrefersOpenMpi) : [path];
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                bool isMpi = NativeLibrary.TryGetExport(library, "MPI_Get_library_version", out nint function);
                string version = isMpi ? VersionOf(function) : "not an MPI-3 library";
                return MpiHandles.Of(library, version) is { } handles
                    ? new(library, name, version, handles)
                    : throw new MpiException(
                        $"'{name}' has the binary interface neither of Open MPI nor of MPICH: it is {version}. Install one of them, or set "
                        + $"{nameof(MpiOptions)}.{nameof(MpiOptions.Library)} to its library.");
            }
        }

        throw new MpiException(
            $"A launcher started this process ({launch.Variable}), but no MPI library was found. Tried: {string.Join(", ", names)}. Install the library of "
            + $"the launcher, such as the packages openmpi-bin or mpich of Debian and Ubuntu, or set {nameof(MpiOptions)}.{nameof(MpiOptions.Library)} to "
            + "its path.");
    }

    /// <summary>Starts MPI.</summary>
    /// <exception cref="InvalidOperationException">It was started in this process before.</exception>
    /// <exception cref="MpiException">It failed.</exception>
    public void Initialize()
    {
        int isInitialized;
        Check(((delegate* unmanaged<int*, int>)Function("MPI_Initialized"))(&isInitialized), "MPI_Initialized");
        if (isInitialized != 0)
        {
            throw new InvalidOperationException($"MPI was started in this process before, and can be started once. Keep one {nameof(MpiEnvironment)}.");
        }

        int provided;
        Check(((delegate* unmanaged<nint, nint, int, int*, int>)Function("MPI_Init_thread"))(0, 0, Serialized, &provided), "MPI_Init_thread");
        if (provided < Serialized)
        {
            throw new MpiException($"The MPI library must allow calls from several threads, one at a time (level {Serialized}), but has level {provided}.");
        }
    }

    public int Rank() => NumberOf("MPI_Comm_rank");

    public int Size() => NumberOf("MPI_Comm_size");

    /// <summary>Begins to add up numbers of all ranks in place.</summary>
    /// <returns>The request.</returns>
    public nint BeginSum(nint first, int count, nint type)
    {
        nint request;
        Check(_iallreduce(Handles.InPlace, first, count, type, Handles.Sum, Handles.World, &request), "MPI_Iallreduce");
        return request;
    }

    /// <summary>Begins to copy bytes of rank 0 to all ranks.</summary>
    /// <returns>The request.</returns>
    public nint BeginBroadcast(nint first, int bytes)
    {
        nint request;
        Check(_ibcast(first, bytes, Handles.Byte, 0, Handles.World, &request), "MPI_Ibcast");
        return request;
    }

    /// <summary>Begins to send each rank its part of the bytes, and to receive the parts of all.</summary>
    /// <returns>The request.</returns>
    public nint BeginAllToAll(nint source, nint target, int bytes)
    {
        nint request;
        Check(_ialltoall(source, bytes, Handles.Byte, target, bytes, Handles.Byte, Handles.World, &request), "MPI_Ialltoall");
        return request;
    }

    /// <summary>Begins to send all ranks the bytes of this one, and to receive those of all.</summary>
    /// <returns>The request.</returns>
    public nint BeginAllGather(nint source, nint target, int bytes)
    {
        nint request;
        Check(_iallgather(source, bytes, Handles.Byte, target, bytes, Handles.Byte, Handles.World, &request), "MPI_Iallgather");
        return request;
    }

    public nint BeginSendEmpty(int rank) => BeginEmpty("MPI_Isend", rank);

    public nint BeginReceiveEmpty(int rank) => BeginEmpty("MPI_Irecv", rank);

    /// <summary>Returns whether an empty message of another rank has come, and leaves it.</summary>
    public bool HasEmptyMessage()
    {
        int flag;
        Check(((delegate* unmanaged<int, int, nint, int*, nint, int>)Function("MPI_Iprobe"))(
            Handles.AnySource, LeaveTag, Handles.World, &flag, Handles.NoStatus), "MPI_Iprobe");
        return flag != 0;
    }

    /// <summary>Returns whether what a request stands for is done.</summary>
    public bool IsDone(ref nint request)
    {
        int flag;
        fixed (nint* address = &request)
        {
            Check(_test(address, &flag, Handles.NoStatus), "MPI_Test");
        }

        return flag != 0;
    }

    /// <summary>Ends all processes of the job.</summary>
    public void EndJob(int code) => _ = ((delegate* unmanaged<nint, int, int>)Function("MPI_Abort"))(Handles.World, code);

    /// <summary>Ends MPI in this process.</summary>
    public void Complete() => Check(((delegate* unmanaged<int>)Function("MPI_Finalize"))(), "MPI_Finalize");

    private static string VersionOf(nint function)
    {
        byte* text = stackalloc byte[MaxVersionBytes];
        int length;
        Check(((delegate* unmanaged<byte*, int*, int>)function)(text, &length), "MPI_Get_library_version");
        return Marshal.PtrToStringUTF8((nint)text, length).Split('\n')[0].Replace('\t', ' ').Trim(' ', '\0');
    }

    private static void Check(int code, string function)
    {
        if (code != 0)
        {
            throw new MpiException($"{function} failed with code {code}.");
        }
    }

    private nint BeginEmpty(string function, int rank)
    {
        nint request;
        var begin = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Function(function);
        Check(begin(0, 0, Handles.Byte, rank, LeaveTag, Handles.World, &request), function);
        return request;
    }

    private int NumberOf(string function)
    {
        int number;
        Check(((delegate* unmanaged<nint, int*, int>)Function(function))(Handles.World, &number), function);
        return number;
    }

    private nint Function(string name) => NativeLibrary.TryGetExport(_library, name, out nint address)
        ? address
        : throw new MpiException($"'{Path}' must have the function {name} of MPI 3, but has none: it is {Version}.");
}
