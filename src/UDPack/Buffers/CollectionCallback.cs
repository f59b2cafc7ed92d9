using System.Runtime.InteropServices;

namespace UDPack.Buffers;

/// <summary>
/// Calls back as the garbage collector runs, as long as its target lives: once or twice early on, and with each full collection
/// afterwards, which come when memory is wanted.
/// </summary>
internal sealed class CollectionCallback
{
    private readonly Action<object> _callback;

    // Not a WeakReference: its own finalizer would run first.
    private GCHandle _target;

    private CollectionCallback(object target, Action<object> callback)
    {
        _target = GCHandle.Alloc(target, GCHandleType.Weak);
        _callback = callback;
    }

    // Nobody holds it, so each collection of its generation finds it and asks its finalizer, which keeps it for the next one.
    ~CollectionCallback()
    {
        if (_target.Target is { } target)
        {
            _callback(target);
            GC.ReRegisterForFinalize(this);
        }
        else
        {
            _target.Free();
        }
    }

    public static void Start(object target, Action<object> callback) => _ = new CollectionCallback(target, callback);
}
