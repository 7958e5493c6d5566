! A Bayesian logistic regression: E(w) = sum over rows of log(1 + exp(-s w.a)) + |w|^2 / (2 width^2), s = 1 for a label of 1 and -1 for 0, and a = (1, the
! row's features).
!
!   gfortran -O2 -shared -fPIC -o logistic.so logistic.f90
!   ebm-dist train energy.library=logistic.so energy.parameters=data=rows.txt,width=2
!
! Parameters: data, the path of a file: in the first line the number of rows and of features, in each other one the features and the label of a row; and
! width (default 2), the standard deviation of the prior.
module logistic
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: real64
    implicit none
    private

    type, bind(c) :: parameter_text
        type(c_ptr) :: name, value
    end type

    type, bind(c) :: description
        integer(c_int64_t) :: dimension
        integer(c_int32_t) :: number, is_thread_safe
        type(c_ptr) :: coordinates
    end type

    type :: regression
        ! features x rows, each multiplied by the sign of its label
        real(real64), allocatable :: rows(:, :)
        real(real64) :: width = 2
    end type

contains

    function version() bind(c, name="ebm_dist_energy_version") result(number)
        integer(c_int32_t) :: number
        number = 1
    end function

    function create(parameters, count, message, capacity) bind(c, name="ebm_dist_energy_create") result(energy)
        integer(c_int64_t), value :: count, capacity
        type(parameter_text), intent(in) :: parameters(count)
        character(kind=c_char), intent(out) :: message(capacity)
        type(c_ptr) :: energy
        type(regression), pointer :: made
        character(:), allocatable :: name, text, problem
        integer(c_int64_t) :: i

        energy = c_null_ptr
        allocate (made)
        problem = "expected the parameter data, the path of a file of rows"
        do i = 1, count
            name = fortran(parameters(i)%name)
            text = fortran(parameters(i)%value)
            if (name == "data") then
                call read_rows(text, made%rows, problem)
            else if (name == "width") then
                read (text, *) made%width
            else
                call tell("unknown parameter " // name // "; known are data and width")
                return
            end if
        end do
        if (.not. allocated(made%rows)) then
            call tell(problem)
            return
        end if
        energy = c_loc(made)
    contains
        subroutine tell(words)
            character(*), intent(in) :: words
            integer :: place
            do place = 1, int(min(len(words, c_int64_t), capacity - 1))
                message(place) = words(place:place)
            end do
            message(place) = c_null_char
        end subroutine
    end function

    subroutine read_rows(path, rows, problem)
        character(*), intent(in) :: path
        real(real64), allocatable, intent(out) :: rows(:, :)
        character(:), allocatable, intent(inout) :: problem
        integer :: unit, status, count, features, row
        real(real64) :: label

        problem = path // ": expected a file that begins with the number of rows and of features"
        open (newunit=unit, file=path, status="old", action="read", iostat=status)
        if (status /= 0) return
        read (unit, *, iostat=status) count, features
        if (status == 0 .and. count > 0 .and. features > 0) then
            allocate (rows(features + 1, count))
            rows(1, :) = 1
            do row = 1, count
                read (unit, *, iostat=status) rows(2:, row), label
                if (status /= 0) exit
                if (label < 0.5_real64) rows(:, row) = -rows(:, row)
            end do
            if (status /= 0) then
                problem = path // ": expected as many rows as its first line says"
                deallocate (rows)
            end if
        end if
        close (unit)
    end subroutine

    subroutine describe(energy, found) bind(c, name="ebm_dist_energy_describe")
        type(c_ptr), value :: energy
        type(description), intent(inout) :: found
        type(regression), pointer :: own
        call c_f_pointer(energy, own)
        found%dimension = size(own%rows, 1, c_int64_t)
        ! Doubles.
        found%number = 2
        found%is_thread_safe = 1
    end subroutine

    function evaluate(energy, count, x, energies, gradients, message, capacity) &
        bind(c, name="ebm_dist_energy_evaluate") result(failed)
        type(c_ptr), value :: energy, x, energies, gradients, message
        integer(c_int64_t), value :: count, capacity
        integer(c_int32_t) :: failed
        type(regression), pointer :: own
        real(real64), pointer :: w(:, :), value(:), gradient(:, :)
        real(real64) :: product
        integer(c_int64_t) :: i
        integer :: row

        failed = 0
        call c_f_pointer(energy, own)
        call c_f_pointer(x, w, [size(own%rows, 1, c_int64_t), count])
        call c_f_pointer(energies, value, [count])
        call c_f_pointer(gradients, gradient, [size(own%rows, 1, c_int64_t), count])
        do i = 1, count
            value(i) = sum(w(:, i)**2) / (2 * own%width**2)
            gradient(:, i) = w(:, i) / own%width**2
            do row = 1, size(own%rows, 2)
                product = dot_product(w(:, i), own%rows(:, row))
                ! log(1 + exp(-p)) without overflow, and its derivative
                value(i) = value(i) + max(-product, 0.0_real64) + log(1 + exp(-abs(product)))
                gradient(:, i) = gradient(:, i) - own%rows(:, row) / (1 + exp(product))
            end do
        end do
    end function

    subroutine destroy(energy) bind(c, name="ebm_dist_energy_destroy")
        type(c_ptr), value :: energy
        type(regression), pointer :: own
        call c_f_pointer(energy, own)
        deallocate (own)
    end subroutine

    ! A text of C.
    function fortran(text) result(words)
        type(c_ptr), intent(in) :: text
        character(:), allocatable :: words
        character(kind=c_char), pointer :: letters(:)
        integer :: length, place
        interface
            function strlen(text) bind(c) result(length)
                import :: c_ptr, c_size_t
                type(c_ptr), value :: text
                integer(c_size_t) :: length
            end function
        end interface
        length = int(strlen(text))
        call c_f_pointer(text, letters, [length])
        allocate (character(length) :: words)
        do place = 1, length
            words(place:place) = letters(place)
        end do
    end function
end module
