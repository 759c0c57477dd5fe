//! Chapter 2: the same write in four ways, on Windows.
//!
//! By a declaration of `NtWriteFile`, which is next to the kernel, by one of
//! `WriteFile`, by the `windows-sys` crate, and by std. Then each writes to a
//! handle that is open for reading only.
//!
//! ```sh
//! cargo run --example 02-windows-writes
//! ```

#[cfg(windows)]
mod windows {
    use std::ffi::c_void;
    use std::fs::File;
    use std::io::{self, Read, Write};
    use std::mem::ManuallyDrop;
    use std::os::windows::io::{
        AsHandle, AsRawHandle, BorrowedHandle, FromRawHandle, RawHandle,
    };
    use std::{env, ptr};

    use windows_sys::Win32::Storage::FileSystem;

    // ANCHOR: nt_declaration
    /// How an operation ended, and what it did: here, how many bytes it took.
    #[repr(C)]
    struct IoStatusBlock {
        status: isize,
        information: usize,
    }

    #[link(name = "ntdll")]
    unsafe extern "system" {
        /// <https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntwritefile>
        fn NtWriteFile(
            file: RawHandle,
            event: RawHandle,
            routine: *const c_void,
            context: *const c_void,
            result: *mut IoStatusBlock,
            bytes: *const c_void,
            count: u32,
            offset: *const i64,
            key: *const u32,
        ) -> i32;
        fn RtlNtStatusToDosError(status: i32) -> u32;
    }
    // ANCHOR_END: nt_declaration

    /// For a handle that is not overlapped: then it is done at the return.
    fn by_nt(file: BorrowedHandle, bytes: &[u8]) -> io::Result<usize> {
        let file = file.as_raw_handle();
        let (address, count) = (bytes.as_ptr().cast(), bytes.len() as u32);
        let mut result = IoStatusBlock {
            status: 0,
            information: 0,
        };
        let none = ptr::null_mut();
        let (at, key) = (ptr::null(), ptr::null());
        // ANCHOR: nt_call
        // SAFETY: the bytes and the result outlive the call, and with it the
        // write. The offset and the key may be null.
        let status = unsafe {
            NtWriteFile(
                file,
                none,
                none,
                none,
                &mut result,
                address,
                count,
                at,
                key,
            )
        };
        if status < 0 {
            // SAFETY: it takes a number and returns one.
            let code = unsafe { RtlNtStatusToDosError(status) };
            return Err(io::Error::from_raw_os_error(code as i32));
        }
        Ok(result.information)
        // ANCHOR_END: nt_call
    }

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// <https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-writefile>
        fn WriteFile(
            file: RawHandle,
            bytes: *const c_void,
            count: u32,
            taken: *mut u32,
            overlapped: *mut c_void,
        ) -> i32;
    }

    fn by_declaration(file: BorrowedHandle, bytes: &[u8]) -> io::Result<usize> {
        let file = file.as_raw_handle();
        let (address, count) = (bytes.as_ptr().cast(), bytes.len() as u32);
        let mut taken = 0;
        let none = ptr::null_mut();
        // SAFETY: the bytes and the count outlive the call.
        let good = unsafe { WriteFile(file, address, count, &mut taken, none) };
        if good == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(taken as usize)
    }

    fn by_windows_sys(file: BorrowedHandle, bytes: &[u8]) -> io::Result<usize> {
        let file = file.as_raw_handle();
        let (address, count) = (bytes.as_ptr(), bytes.len() as u32);
        let mut taken = 0;
        let none = ptr::null_mut();
        // SAFETY: as in `by_declaration`.
        let good = unsafe {
            FileSystem::WriteFile(file, address, count, &mut taken, none)
        };
        if good == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(taken as usize)
    }

    fn by_std(file: BorrowedHandle, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the handle is open, and this `File` does not live to close
        // it.
        let file = unsafe { File::from_raw_handle(file.as_raw_handle()) };
        let mut file = ManuallyDrop::new(file);
        file.write(bytes)
    }

    pub fn main() -> io::Result<()> {
        let ways = [by_nt, by_declaration, by_windows_sys, by_std];

        let (mut reader, writer) = io::pipe()?;
        for way in ways {
            let count = way(writer.as_handle(), b"hello\n")?;
            let mut bytes = vec![0; count];
            reader.read_exact(&mut bytes)?;
            print!("{}", String::from_utf8_lossy(&bytes));
        }

        let read_only = File::open(env::current_exe()?)?;
        let refused = ways.map(|way| {
            let result = way(read_only.as_handle(), b"hello\n");
            result.err().and_then(|error| error.raw_os_error())
        });
        println!("refused: {refused:?}");
        Ok(())
    }
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
