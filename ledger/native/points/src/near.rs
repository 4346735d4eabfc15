//! Memory that will be read soon.

/// Asks the processor to bring a value near. Waits for nothing and changes nothing, so it may be left out, as where there
/// is no such instruction.
#[inline(always)]
pub fn bring<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};

        const LINE: usize = 64;
        let start = core::ptr::from_ref(value).cast::<i8>();
        let lines = (0..size_of::<T>()).step_by(LINE);
        for offset in lines.chain(size_of::<T>().checked_sub(1)) {
            // SAFETY: the place lies within the value, and a prefetch of any place at all is no access.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
