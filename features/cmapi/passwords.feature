@producer @cls @site
Feature: The policy for passwords
  Passwords that open a tenant's license servers are neither short nor simple.

  Background:
    Given a license server without a licensing key

  @CM-PWD-001
  Scenario Outline: A password has 8 to 30 characters
    When the operator gives the Producer User the password "<password>"
    Then the answer has status <status>

    Examples:
      | password                        | status |
      | Aa1!aaaa                        | 204    |
      | Aa1!aaa                         | 400    |
      | Aa1!aaaaaaaaaaaaaaaaaaaaaaaaaa  | 204    |
      | Aa1!aaaaaaaaaaaaaaaaaaaaaaaaaaa | 400    |

  @CM-PWD-002
  Scenario Outline: A password has letters of both cases
    When the operator gives the Producer User the password "<password>"
    Then the answer has status 400

    Examples:
      | password |
      | AA1!AAAA |
      | aa1!aaaa |

  @CM-PWD-003
  Scenario: A password has a digit
    When the operator gives the Producer User the password "Aaa!aaaa"
    Then the answer has status 400

  @CM-PWD-004
  Scenario: A password has a special character
    When the operator gives the Producer User the password "Aa1aaaaa"
    Then the answer has status 400

  @CM-PWD-004
  Scenario Outline: Each listed special character will do
    When the operator gives the Producer User the password "Aa1aaaaa<special>"
    Then the answer has status 204

    Examples:
      | special |
      | ^       |
      | $       |
      | _       |
      | #       |

  @CM-PWD-005
  Scenario: A password has no spaces
    When the operator gives the Producer User the password "Aa1! aaaa"
    Then the answer has status 400

  @CM-PWD-006
  Scenario: A refused password is not repeated
    When the operator gives the Producer User the password "no capital 1!"
    Then the answer has status 400
    And the answer does not repeat "no capital 1!"

  @CM-PWD-006
  Scenario: The Producer User is held to the same policy
    When the operator gives the Producer User the password "password"
    Then the answer has status 400

  @CM-PWD-007
  Scenario: Other characters
    When the operator gives the Producer User the password "Aa1!aaa@"
    Then the license server shows its choice of "cmapi.password.other_letters"

  @CM-PWD-004
  Scenario: Parentheses
    When the operator gives the Producer User the password "Aa1(aaaa)"
    Then the license server shows its choice of "cmapi.password.parentheses"
